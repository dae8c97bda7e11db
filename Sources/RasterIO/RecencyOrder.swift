/// Elements in the order of their last use. Every operation takes constant time.
struct RecencyOrder<Element> {
    /// Where an element stands; valid until it is removed.
    typealias Position = Int

    private struct Node {
        var element: Element?
        var older: Position?
        var newer: Position?
    }

    private var nodes: [Node] = []
    private var vacant: [Position] = []
    private(set) var oldest: Position?
    private(set) var newest: Position?

    /// Adds an element as the one used last.
    mutating func insert(_ element: Element) -> Position {
        let position = vacant.popLast() ?? nodes.count
        let node = Node(element: element)
        if position == nodes.count { nodes.append(node) } else { nodes[position] = node }
        attach(position)
        return position
    }

    /// The element, which becomes the one used last.
    mutating func use(_ position: Position) -> Element? {
        if position != newest {
            detach(position)
            attach(position)
        }
        return nodes[position].element
    }

    mutating func remove(_ position: Position) -> Element? {
        detach(position)
        vacant.append(position)
        return nodes[position].element.take()
    }

    private mutating func attach(_ position: Position) {
        nodes[position].older = newest
        nodes[position].newer = nil
        if let newest { nodes[newest].newer = position } else { oldest = position }
        newest = position
    }

    private mutating func detach(_ position: Position) {
        let (older, newer) = (nodes[position].older, nodes[position].newer)
        if let older { nodes[older].newer = newer } else { oldest = newer }
        if let newer { nodes[newer].older = older } else { newest = older }
    }
}
