/// What a contrast-to-noise ratio (CNR) means: the line's peak contrast, in the mean of the four bands and as sampled by the sensor (point
/// spread included), over the noise of one band in the *difference* of two dates, √2 times a single date's. Rims and the two lobes of a
/// dipole stand somewhat lower for the same CNR, since the point spread smears neighbours of opposite sign into each other.
///
/// The factors are peaks over CNR · noise, found on the reference cases (bright and dark lines 1.29 to 1.47, lobes 1.11 to 1.24, rims 1.2).
enum Contrast {
    static let line = 1.4142135623730951
    static let lobe = 1.17
    static let rim = 1.2
    /// Disturbed soil is a little redder than the crust; the four factors have mean 1.
    static let spectrum = [0.88, 1.02, 1.10, 1.00]
}
