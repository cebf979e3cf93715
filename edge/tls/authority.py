"""A small certificate authority (EC P-256) and the node's certificate for every name and address it answers to.

1. The CA is made once and lives 20 years; devices are told to trust it once.
2. The node's certificate lives 397 days at most (browsers refuse longer ones) and is made again when less than a third is left,
   when a name or address is new, or when it was not made by this CA.
3. Keys are readable by their owner only. Replacing a certificate never changes the CA, so no device has to be touched again.
An administrator's own certificate (`own.pem` with `own.key` beside it) is used instead when both are there.
"""

import ipaddress
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from broker.envelope import base64url
from edge.errors import Code, Refusal
from edge.home import write_private

CA_LIFE = timedelta(days=20 * 365)
LIFE = timedelta(days=397)
RENEW_WHEN_LEFT = LIFE / 3
SKEW = timedelta(days=1)
"""A device whose clock is a little behind still accepts a fresh certificate."""


@dataclass(frozen=True)
class Material:
    """Files for a TLS server, and the CA that its clients trust."""

    ca: Path
    certificate: Path
    key: Path


def ensure(folder: Path, names: Sequence[str], *, now: datetime, title: str = "Đình") -> Material:
    """Make or renew what is missing or ends soon. `names`: DNS names and addresses the node answers to, in any order."""
    own = Material(folder / "ca.pem", folder / "own.pem", folder / "own.key")
    ca_key = _ca(folder, now=now, title=title)
    if own.certificate.exists() and own.key.exists():
        _load_pair(own)
        return own
    material = Material(folder / "ca.pem", folder / "node.pem", folder / "node.key")
    if not _good(material, names, now=now):
        _issue(material, names, ca_key=ca_key, now=now)
    return material


def ends_at(certificate: Path) -> datetime:
    """When the certificate in this file stops being valid, UTC."""
    return x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc


def fingerprint(certificate: Path) -> str:
    """SHA-256 of the certificate in this file, base64url; empty while there is none."""
    if not certificate.exists():
        return ""
    return base64url(x509.load_pem_x509_certificate(certificate.read_bytes()).fingerprint(hashes.SHA256()))


def _ca(folder: Path, *, now: datetime, title: str) -> ec.EllipticCurvePrivateKey:
    file, key_file = folder / "ca.pem", folder / "ca.key"
    if file.exists() and key_file.exists():
        return _load_key(key_file)
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"{title} CA {os.urandom(3).hex()}")
    usage = x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(name, name, key.public_key(), now=now, life=CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    write_private(key_file, _key_pem(key))
    _write_public(file, certificate.public_bytes(serialization.Encoding.PEM))
    return key


def _issue(material: Material, names: Sequence[str], *, ca_key: ec.EllipticCurvePrivateKey, now: datetime) -> None:
    ca = x509.load_pem_x509_certificate(material.ca.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        _builder(_name("dinh.local"), ca.subject, key.public_key(), now=now, life=LIFE - SKEW)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    write_private(material.key, _key_pem(key))
    chain = certificate.public_bytes(serialization.Encoding.PEM) + material.ca.read_bytes()
    _write_public(material.certificate, chain)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _good(material: Material, names: Sequence[str], *, now: datetime) -> bool:
    """True when the certificate is this CA's, names all of `names`, fits its key and does not end soon."""
    if not (material.certificate.exists() and material.key.exists()):
        return False
    certificate, _ = _load_pair(material)
    try:
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(material.ca.read_bytes()))
    except (ValueError, TypeError, InvalidSignature):
        return False
    has = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    named = {str(name.value) for name in has}
    return set(names) <= named and certificate.not_valid_after_utc - now > RENEW_WHEN_LEFT


def _load_pair(material: Material) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey | None]:
    """The certificate, when the key file fits it. Raises Refusal naming the file otherwise."""
    try:
        certificate = x509.load_pem_x509_certificate(material.certificate.read_bytes())
        key = serialization.load_pem_private_key(material.key.read_bytes(), None)
    except (ValueError, TypeError, OSError) as error:
        raise Refusal(Code.BAD_CERTIFICATE, file=str(material.certificate), detail=str(error)) from None
    if key.public_key() != certificate.public_key():
        raise Refusal(Code.BAD_CERTIFICATE, file=str(material.key), detail=f"{material.key.name} != {material.certificate.name}")
    return certificate, key if isinstance(key, ec.EllipticCurvePrivateKey) else None


def _load_key(file: Path) -> ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise Refusal(Code.BAD_CERTIFICATE, file=str(file), detail=str(error)) from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise Refusal(Code.BAD_CERTIFICATE, file=str(file), detail="EC P-256")
    return key


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write_public(file: Path, content: bytes) -> None:
    write_private(file, content)
    file.chmod(0o644)
