"""A second opinion on presentations: the library sd-jwt, with keys and signatures by jwcrypto."""

from jwcrypto.jwk import JWK
from jwcrypto.jws import JWS
from sd_jwt.verifier import SDJWTVerifier


class Verifier(SDJWTVerifier):  # type: ignore[misc]
    """Its own key binding is ES256 only; here it takes the algorithms of the chapter."""

    def _verify_key_binding_jwt(
        self,
        expected_aud: str | None = None,
        expected_nonce: str | None = None,
        sign_alg: None = None,
    ) -> None:
        bound = JWS()
        bound.deserialize(self._unverified_input_key_binding_jwt)
        algorithm = bound.jose_header["alg"]
        assert algorithm in ("EdDSA", "Ed25519"), algorithm
        super()._verify_key_binding_jwt(expected_aud, expected_nonce, algorithm)


def issuer_key(_: str | None, header: dict[str, object]) -> JWK:
    jwk = header["jwk"]
    return JWK(**jwk)  # type: ignore[arg-type]


def verified_claims(presentation: str, audience: str, nonce: str) -> dict[str, object]:
    """The claims that the library finds disclosed; raises if it does not verify."""
    payload = Verifier(presentation, issuer_key, audience, nonce).get_verified_payload()
    known = {"cnf"}
    return {name: value for name, value in payload.items() if name not in known}
