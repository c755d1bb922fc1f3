import ArgumentParser
import Foundation
import Simulator

struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Shows the scenarios of a folder.")

    @Argument(help: "A folder of scenario files.", completion: .directory)
    var folder = ScenarioFolder.usual

    func run() throws {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw ValidationError("cannot read \(folder)")
        }
        for name in names.sorted() where name.hasSuffix(".txt") {
            let scenario = try ScenarioFolder.read("\(folder)/\(name)")
            say("\(name.dropLast(4)): \(scenario.name). \(scenario.about)")
        }
    }
}
