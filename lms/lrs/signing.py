"""Signed statements: the signature is an attachment, a JWS whose payload says what the statement says (Data, 2.6)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.exceptions import InvalidTokenError

from lms.xapi.api import Unacceptable, read_json

USAGE = "http://adlnet.gov/expapi/attachments/signature"
ALGORITHMS = ("RS256", "RS384", "RS512")


def check_signature(content: bytes, says_the_same: Callable[[Mapping[str, Any]], bool], at: str) -> None:
    """Refuse a signature that is malformed, by another algorithm, of another statement, or false.

    Without a certificate in it (`x5c`) there is nothing to check the signature itself against: it is kept as it is.
    """
    header = _header(content, at)
    if header.get("alg") not in ALGORITHMS:
        raise Unacceptable(f"{at}: a signature is made with {', '.join(ALGORITHMS)}")
    key = _key(header, at)
    try:
        payload = jwt.api_jws.decode(
            content, key or "", algorithms=list(ALGORITHMS), options={"verify_signature": key is not None}
        )
    except InvalidTokenError as wrong:
        raise Unacceptable(f"{at}: {wrong}") from None
    signed = read_json(payload, f"{at} (payload)")
    if not isinstance(signed, dict) or not says_the_same(signed):
        raise Unacceptable(f"{at}: what is signed is not this statement")


def _header(content: bytes, at: str) -> dict[str, Any]:
    try:
        return jwt.get_unverified_header(content)
    except (InvalidTokenError, RecursionError) as wrong:
        raise Unacceptable(f"{at}: is not a JSON Web Signature in compact form ({wrong})") from None


def _key(header: Mapping[str, Any], at: str) -> RSAPublicKey | None:
    """The public key of the signer's certificate, the first of `x5c` (RFC 7515, 4.1.6)."""
    chain = header.get("x5c")
    if chain is None:
        return None
    try:
        found = x509.load_der_x509_certificate(base64.b64decode(chain[0], validate=True)).public_key()
    except (ValueError, TypeError, LookupError, binascii.Error):
        raise Unacceptable(f"{at}: x5c does not hold a certificate") from None
    if not isinstance(found, RSAPublicKey):
        raise Unacceptable(f"{at}: the certificate's key is not RSA")
    return found
