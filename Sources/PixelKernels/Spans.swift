extension Span {
    /// The address of the first element; the body is not called on an empty span.
    @inline(__always)
    func withPointer(_ body: (UnsafePointer<Element>) -> Void) {
        withUnsafeBufferPointer { buffer in
            if let base = buffer.baseAddress, !buffer.isEmpty { body(base) }
        }
    }
}

extension MutableSpan {
    /// The address of the first element and the count; the body is not called on an empty span.
    @inline(__always)
    mutating func withPointer(_ body: (UnsafeMutablePointer<Element>, _ count: Int) -> Void) {
        withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress, !buffer.isEmpty { body(base, buffer.count) }
        }
    }
}
