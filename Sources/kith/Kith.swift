import ArgumentParser
import Daemon
import Entropy
import Foundation

/// The program: one node, and everything people do with it.
@main
struct Kith: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kith",
        abstract: "A relay for asking for support, and answering, without anybody between reading.",
        discussion: """
            Begin:     kith init, then kith run
            Ask:       kith ask             (shows a return code: keep it)
            Return:    kith open
            Share:     kith consent, kith withdraw
            Answer:    kith inbox, kith show CASE, kith reply CASE, kith case
            Forward:   kith bridge
            Tell:      kith guidance
            Look:      kith status, kith peers

            Exit status: 0 done; 64 wrong usage; 65 bad data; 66 not found; 69 no node answers;
            73 can't create; 74 disk; 75 try again; 77 no rights or wrong passphrase; 78 set-up.
            """,
        version: Version.text,
        subcommands: [
            Init.self, Run.self, StatusCommand.self, Peers.self, JoinCommand.self, PeerCommand.self,
            CommunityCommand.self, Ask.self, NoteCommand.self, Open.self, ConsentCommand.self,
            WithdrawCommand.self, Erase.self, Inbox.self, Show.self, ClaimCommand.self, Reply.self,
            Handover.self, Close.self, CaseCommand.self, BridgeCommand.self, PageCommand.self,
            GuidanceCommand.self,
        ])

    static func main() async {
        guard Entropy.start() else {
            Terminal.complain(
                Problem(
                    .internalError, "this system has no randomness", hint: "kith can't run here"))
            Foundation.exit(Problem.Status.internalError.rawValue)
        }
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let problem as Problem {
            Terminal.complain(problem)
            Foundation.exit(problem.status.rawValue)
        } catch {
            let status = exitCode(for: error)
            // Help and version are answers, not errors.
            if status == .success { exit(withError: error) }
            Terminal.complain(
                Problem(.usage, message(for: error), hint: "look: kith --help, kith COMMAND --help")
            )
            Foundation.exit(status.rawValue)
        }
    }
}
