import Model
import Sealing
import Sodium
import Wire

/// Reads what was found. What does not hold is left out: nothing else depends on it, and a good
/// message of its id may still come.
extension SeekerBook {
    mutating func readCopy(_ found: Found, _ arrival: Int64, _ index: Int) {
        guard let part = opened(found, .key(threads[index].keys.selfKey), arrival),
            let message = threads[index].own.add(part), message.kind == .selfCopy,
            let copy = try? SelfCopy(decoding: message.payload)
        else { return }
        // One that was sealed anew tells when it was sealed first.
        let slot = min(copy.firstSlot ?? message.at.slot, message.at.slot)
        let at = SaidAt(slot: slot, arrival: arrival)
        guard read(copy, at, index) else { return }
        threads[index].own.finish(message)
        keep(copy, at, message.header.expiry, index)
    }

    private mutating func read(_ copy: SelfCopy, _ at: SaidAt, _ index: Int) -> Bool {
        switch copy.kind {
        case .request:
            guard let request = try? Request(decoding: copy.payload) else { return false }
            tell(request.body, copy, at, index)
        case .incidentNote:
            guard let value = try? CBOR(decoding: copy.payload), let body = try? Incident(value)
            else { return false }
            tell(body, copy, at, index)
        case .act: return readAct(copy.payload, copy.messageID, at, index)
        case .consent: return readConsent(copy.payload, at, index)
        case .withdrawal: return readWithdrawal(copy.payload, index)
        case .selfCopy, .grant, .words, .status, .chunk, .claim, .release, .caseLetter, .note,
            .epochLetter, .join, .directory, .answer:
            break
        }
        return true
    }

    /// Of a copy that was sealed anew, the first time counts and the last end.
    private mutating func keep(
        _ copy: SelfCopy, _ at: SaidAt, _ expiry: WallTime, _ index: Int
    ) {
        for place in threads[index].copies.indices
        where threads[index].copies[place].copy.messageID == copy.messageID
            && threads[index].copies[place].copy.kind == copy.kind
        {
            let known = threads[index].copies[place]
            threads[index].copies[place].at = min(known.at, at)
            threads[index].copies[place].expiry = max(known.expiry, expiry)
            return
        }
        threads[index].copies.append(OwnCopy(copy: copy, at: at, expiry: expiry))
    }

    private mutating func tell(_ body: Incident, _ copy: SelfCopy, _ at: SaidAt, _ index: Int) {
        for place in threads[index].told.indices
        where threads[index].told[place].id == copy.messageID
            && threads[index].told[place].kind == copy.kind
        {
            threads[index].told[place].at = min(threads[index].told[place].at, at)
            return
        }
        threads[index].told.append(
            Told(kind: copy.kind, id: copy.messageID, body: body, at: at))
    }

    mutating func readGrant(_ found: Found, _ arrival: Int64, _ index: Int) {
        let keys = threads[index].keys
        guard let part = opened(found, .key(keys.thread), arrival),
            let message = threads[index].own.add(part), message.kind == .grant,
            let signed = try? SignedMap(decoding: message.payload),
            let fields = try? signed.fields(), let grant = try? Grant(fields),
            grant.caseID == keys.caseID,
            let certificate = certified(grant.certificate, signed, message.id)
        else { return }
        threads[index].own.finish(message)
        if !threads[index].caseKeys.contains(where: { $0.key == grant.caseKey }) {
            let order = hash(Labels.granter, grant.caseID.bytes + certificate.persona.bytes)
            threads[index].caseKeys.append(
                GrantedKey(
                    key: grant.caseKey, epoch: certificate.epoch, generation: grant.generation,
                    order: order))
        }
        addHelper(certificate, index)
        guard let words = grant.words else { return }
        threads[index].messages.append(Message(speaker: .supporter, words, at: message.at))
    }

    /// Words, statuses and acts under a case key.
    mutating func readShared(_ found: Found, _ arrival: Int64, _ key: SecondKey) {
        let index = key.thread
        let keyErase = RetractCommitment.eraseKey(of: key.key)
        // Only the seeker commits with another key than the case key's own.
        let isSupporter = RetractCommitment.opens(keyErase, found.envelope.header)
        threads[index].taken.append(
            found.erasable(by: isSupporter ? keyErase : threads[index].keys.erase))
        guard let part = opened(found, .shared(key.key), arrival),
            let message = threads[index].shared.add(part)
        else { return }
        let holds: Bool
        switch message.kind {
        case .words:
            let words = try? Words(decoding: message.payload)
            holds = words != nil
            if let words {
                threads[index].messages.append(
                    Message(
                        speaker: isSupporter ? .supporter : .seeker, words, at: message.at))
            }
        case .status: holds = readStatus(message, index)
        case .act: holds = readAct(message.payload, message.id, message.at, index)
        case .request, .selfCopy, .grant, .chunk, .incidentNote, .claim, .release, .caseLetter,
            .note, .epochLetter, .join, .directory, .consent, .withdrawal, .answer:
            holds = true
        }
        if holds { threads[index].shared.finish(message) }
    }

    private mutating func readStatus(_ message: WholeMessage, _ index: Int) -> Bool {
        guard let signed = try? SignedMap(decoding: message.payload),
            let fields = try? signed.fields(), let status = try? Status(fields),
            status.caseID == threads[index].keys.caseID,
            let certificate = certified(status.certificate, signed, message.id)
        else { return false }
        addHelper(certificate, index)
        threads[index].statuses.append(StatusChange(status, by: certificate, at: message.at))
        return true
    }

    /// Acts come twice, as a copy and under the case key: each counts once.
    private mutating func readAct(
        _ payload: [UInt8], _ id: MessageID, _ at: SaidAt, _ index: Int
    ) -> Bool {
        let persona = threads[index].keys.persona.publicKey
        guard let signed = try? SignedMap(decoding: payload), let fields = try? signed.fields(),
            let act = try? Act(fields), act.caseID == threads[index].keys.caseID,
            signed.isSigned(
                by: persona, Labels.said, context: Said.context(network, community, id))
        else { return false }
        for place in threads[index].acts.indices
        where threads[index].acts[place].act.cbor.encoded == act.cbor.encoded {
            threads[index].acts[place].at = min(threads[index].acts[place].at, at)
            return true
        }
        threads[index].acts.append((act, at))
        return true
    }

    private mutating func addHelper(_ certificate: Certificate, _ index: Int) {
        let name = certificate.name ?? ""
        if !threads[index].helpers.contains(name) { threads[index].helpers.append(name) }
    }

    /// The certificate of a signed payload, if its persona signed the payload for this message.
    private func certified(
        _ map: SignedMap, _ signed: SignedMap, _ message: MessageID
    ) -> Certificate? {
        guard
            let certificate = try? Certificate(map, community: community, roster: rosters),
            signed.isSigned(
                by: certificate.persona.bytes, Labels.said,
                context: Said.context(network, community, message))
        else { return nil }
        return certificate
    }
}
