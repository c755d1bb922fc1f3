import Gossip
import Logging
import Model
import Node
import Wire

extension RelayShell {
    func carryOut(_ effect: RelayNode.Effect) {
        switch effect {
        case .send(let link, let frame): send(link, frame)
        case .close(let link): close(link)
        case .dial(let address): dial(address)
        case .answer(let ticket, let error): answer(ticket, error)
        case .note(let note): self.note(note)
        case .store, .storeSubmission, .delay, .release, .remove, .hide, .expire, .witness,
            .keepAnchors:
            write(effect)
        case .takeDue, .findMissing, .fetch: read(effect)
        }
    }

    func send(_ link: LinkID, _ frame: Frame) {
        guard links[link]?.isClosing == false else { return }
        links[link]?.outbox.append(frame)
        if touched.last != link { touched.append(link) }
    }

    /// What was sent before leaves first.
    func close(_ link: LinkID) {
        guard var open = links[link], !open.isClosing else { return }
        open.port.hand(open.outbox, hand: open.hands + 1, lookedAt: 0)
        open.port.close()
        open.outbox = []
        open.isClosing = true
        links[link] = open
    }

    private func dial(_ address: Text) {
        guard phase == .running else { return }
        sockets.dial(address) { [self] in post(.input(.dialFailed(address))) }
    }

    private func note(_ note: RelayNode.Note) {
        logger.debug("\(note)")
        onNote(note)
    }

    // MARK: The store

    private func write(_ effect: RelayNode.Effect) {
        switch effect {
        case .store(let token, let items): store.store(items, completion: ordered(token, items))
        case .storeSubmission(let token, let ticket, let items):
            store.storeSubmission(ticket: ticket, items, completion: ordered(token, items))
        case .delay(let token, let ticket, let retractions):
            store.delay(
                ticket: ticket, retractions, completion: ordered(token, retractions.map(\.item)))
        case .release(let token, let item):
            store.release(item, completion: ordered(token, [item]))
        case .remove(let ids): store.remove(ids)
        case .hide(let ids): store.hide(ids)
        case .expire(let now): store.expire(now)
        case .witness(let id, let node, let isReceipt):
            store.witness(id, node, isReceipt: isReceipt)
        case .keepAnchors(let records): store.keepAnchors(records)
        case .send, .close, .dial, .answer, .note, .takeDue, .findMissing, .fetch: break
        }
    }

    private func read(_ effect: RelayNode.Effect) {
        switch effect {
        case .takeDue(let now): store.takeDue(now) { [self] in post(.input(.due($0))) }
        case .findMissing(let link, let ids):
            store.missing(among: ids) { [self] in post(.input(.missing(link, $0))) }
        case .fetch(let link, let ids):
            store.fetch(ids) { [self] in post(.input(.fetched(link, $0))) }
        case .send, .close, .dial, .answer, .note, .store, .storeSubmission, .delay, .release,
            .remove, .hide, .expire, .witness, .keepAnchors:
            break
        }
    }

    private func ordered(
        _ token: StoreToken, _ items: [StoreItem]
    ) -> @Sendable (StoreOutcome) -> Void {
        let bytes = items.reduce(0) { $0 + max($1.bytes, Bounds.storingLeastBytes) }
        storingBytes += bytes
        return { [self] in post(.stored(.stored(token, $0), bytes: bytes)) }
    }

    // MARK: Tickets

    private func answer(_ ticket: UInt64, _ error: SubmitError?) {
        waiting.removeValue(forKey: ticket)?.resume(returning: error)
        if waiting.isEmpty { abandonWaiting() }
    }

    /// Answers what still waits, as far as anybody knows not stored.
    func abandonWaiting() {
        let late = waiting.values.map { $0 }
        waiting = [:]
        for continuation in late { continuation.resume(returning: .storeFailed) }
        whenAnswered?.resume()
        whenAnswered = nil
    }
}

extension StoreItem {
    fileprivate var bytes: Int {
        switch content {
        case .envelope(let envelope): envelope.bytes.count
        case .retraction: Retraction.bytes
        }
    }
}
