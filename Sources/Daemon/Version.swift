/// The version all parts name themselves by; CHANGELOG.md says what it holds.
public enum Version {
    public static let text = "0.1.0"
}
