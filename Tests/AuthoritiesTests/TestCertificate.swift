import NIOSSL

/// A certificate for "localhost" that vouches for itself, valid from 2020 to 2120. For tests only.
private let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBQTCB6KADAgECAgEBMAoGCCqGSM49BAMCMBQxEjAQBgNVBAMMCWxvY2FsaG9z
    dDAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJ
    bG9jYWxob3N0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEpeRJY6Z2nVgQePU1
    dL1KpijnqbFFbGNUAtrb3+KdacmCKH7LUx+ERBbSX5+1UehdsCikpftZcGgjPvdI
    +9ye9qMpMCcwFAYDVR0RBA0wC4IJbG9jYWxob3N0MA8GA1UdEwEB/wQFMAMBAf8w
    CgYIKoZIzj0EAwIDSAAwRQIgFgGgYbbQaPd3OiS6SwOEopog6EU/oQB5lqrS1y+Q
    KRsCIQDRhxITHJXdJ6p/u+3Ol8A/q/oOgRWTF10v5StKEaDPyA==
    -----END CERTIFICATE-----
    """

private let key = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgM4+WIBPVCYaywZKk
    gVdHOsvmH9wmqkawF0GbzNj+xNShRANCAASl5EljpnadWBB49TV0vUqmKOepsUVs
    Y1QC2tvf4p1pyYIofstTH4REFtJfn7VR6F2wKKSl+1lwaCM+90j73J72
    -----END PRIVATE KEY-----
    """

extension NIOSSLCertificate {
    static func test() throws -> NIOSSLCertificate {
        try NIOSSLCertificate(bytes: [UInt8](certificate.utf8), format: .pem)
    }
}

extension NIOSSLContext {
    /// What a server needs to show that certificate.
    static var test: NIOSSLContext {
        get throws {
            try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: [.certificate(.test())],
                    privateKey: .privateKey(
                        NIOSSLPrivateKey(bytes: [UInt8](key.utf8), format: .pem))))
        }
    }
}
