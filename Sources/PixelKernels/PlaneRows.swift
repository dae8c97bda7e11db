extension KernelSet {
    /// Calls `body` while the addresses of the bands' samples at `offset` stand in `pointers`.
    func withRows<Sample>(
        of planes: [[Sample]], at offset: Int, into pointers: UnsafeMutableBufferPointer<UnsafePointer<Sample>>, _ body: () -> Void
    ) {
        func open(_ index: Int) {
            guard index < planes.count else { return body() }
            planes[index].withUnsafeBufferPointer { plane in
                guard let base = plane.baseAddress else { return }
                pointers.initializeElement(at: index, to: base + offset)
                open(index + 1)
            }
        }
        open(0)
    }
}
