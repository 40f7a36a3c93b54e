// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

import java.util.Locale;

/**
 * What can be wrong with a chain of certificates, in OpenSSL's numbers (x509_vfy.h of OpenSSL 3.0): what {@code ssl_c_err} and
 * its like say, and what {@code ca-ignore-err} takes.
 */
public enum CertificateError {
    OK(0),
    UNSPECIFIED(1),
    UNABLE_TO_GET_ISSUER_CERT(2),
    UNABLE_TO_GET_CRL(3),
    UNABLE_TO_DECRYPT_CERT_SIGNATURE(4),
    UNABLE_TO_DECRYPT_CRL_SIGNATURE(5),
    UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY(6),
    CERT_SIGNATURE_FAILURE(7),
    CRL_SIGNATURE_FAILURE(8),
    CERT_NOT_YET_VALID(9),
    CERT_HAS_EXPIRED(10),
    CRL_NOT_YET_VALID(11),
    CRL_HAS_EXPIRED(12),
    ERROR_IN_CERT_NOT_BEFORE_FIELD(13),
    ERROR_IN_CERT_NOT_AFTER_FIELD(14),
    ERROR_IN_CRL_LAST_UPDATE_FIELD(15),
    ERROR_IN_CRL_NEXT_UPDATE_FIELD(16),
    OUT_OF_MEM(17),
    DEPTH_ZERO_SELF_SIGNED_CERT(18),
    SELF_SIGNED_CERT_IN_CHAIN(19),
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY(20),
    UNABLE_TO_VERIFY_LEAF_SIGNATURE(21),
    CERT_CHAIN_TOO_LONG(22),
    CERT_REVOKED(23),
    NO_ISSUER_PUBLIC_KEY(24),
    PATH_LENGTH_EXCEEDED(25),
    INVALID_PURPOSE(26),
    CERT_UNTRUSTED(27),
    CERT_REJECTED(28),
    SUBJECT_ISSUER_MISMATCH(29),
    AKID_SKID_MISMATCH(30),
    AKID_ISSUER_SERIAL_MISMATCH(31),
    KEYUSAGE_NO_CERTSIGN(32),
    UNABLE_TO_GET_CRL_ISSUER(33),
    UNHANDLED_CRITICAL_EXTENSION(34),
    KEYUSAGE_NO_CRL_SIGN(35),
    UNHANDLED_CRITICAL_CRL_EXTENSION(36),
    INVALID_NON_CA(37),
    PROXY_PATH_LENGTH_EXCEEDED(38),
    KEYUSAGE_NO_DIGITAL_SIGNATURE(39),
    PROXY_CERTIFICATES_NOT_ALLOWED(40),
    INVALID_EXTENSION(41),
    INVALID_POLICY_EXTENSION(42),
    NO_EXPLICIT_POLICY(43),
    DIFFERENT_CRL_SCOPE(44),
    UNSUPPORTED_EXTENSION_FEATURE(45),
    UNNESTED_RESOURCE(46),
    PERMITTED_VIOLATION(47),
    EXCLUDED_VIOLATION(48),
    SUBTREE_MINMAX(49),
    APPLICATION_VERIFICATION(50),
    UNSUPPORTED_CONSTRAINT_TYPE(51),
    UNSUPPORTED_CONSTRAINT_SYNTAX(52),
    UNSUPPORTED_NAME_SYNTAX(53),
    CRL_PATH_VALIDATION_ERROR(54),
    PATH_LOOP(55),
    SUITE_B_INVALID_VERSION(56),
    SUITE_B_INVALID_ALGORITHM(57),
    SUITE_B_INVALID_CURVE(58),
    SUITE_B_INVALID_SIGNATURE_ALGORITHM(59),
    SUITE_B_LOS_NOT_ALLOWED(60),
    SUITE_B_CANNOT_SIGN_P_384_WITH_P_256(61),
    HOSTNAME_MISMATCH(62),
    EMAIL_MISMATCH(63),
    IP_ADDRESS_MISMATCH(64),
    DANE_NO_MATCH(65),
    EE_KEY_TOO_SMALL(66),
    CA_KEY_TOO_SMALL(67),
    CA_MD_TOO_WEAK(68),
    INVALID_CALL(69),
    STORE_LOOKUP(70),
    NO_VALID_SCTS(71),
    PROXY_SUBJECT_NAME_VIOLATION(72),
    OCSP_VERIFY_NEEDED(73),
    OCSP_VERIFY_FAILED(74),
    OCSP_CERT_UNKNOWN(75),
    UNSUPPORTED_SIGNATURE_ALGORITHM(76),
    SIGNATURE_ALGORITHM_MISMATCH(77),
    SIGNATURE_ALGORITHM_INCONSISTENCY(78),
    INVALID_CA(79),
    PATHLEN_INVALID_FOR_NON_CA(80),
    PATHLEN_WITHOUT_KU_KEY_CERT_SIGN(81),
    KU_KEY_CERT_SIGN_INVALID_FOR_NON_CA(82),
    ISSUER_NAME_EMPTY(83),
    SUBJECT_NAME_EMPTY(84),
    MISSING_AUTHORITY_KEY_IDENTIFIER(85),
    MISSING_SUBJECT_KEY_IDENTIFIER(86),
    EMPTY_SUBJECT_ALT_NAME(87),
    EMPTY_SUBJECT_SAN_NOT_CRITICAL(88),
    CA_BCONS_NOT_CRITICAL(89),
    AUTHORITY_KEY_IDENTIFIER_CRITICAL(90),
    SUBJECT_KEY_IDENTIFIER_CRITICAL(91),
    CA_CERT_MISSING_KEY_USAGE(92),
    EXTENSIONS_REQUIRE_VERSION_3(93),
    EC_KEY_EXPLICIT_PARAMS(94);

    /** The largest number there is. */
    static final int LARGEST = 94;

    private final int number;

    CertificateError(int number) {
        this.number = number;
    }

    /** OpenSSL's number, 0..94. */
    public int number() {
        return number;
    }

    /** OpenSSL's name of it: {@code X509_V_ERR_CERT_HAS_EXPIRED}. */
    public String constant() {
        return this == OK ? "X509_V_OK" : "X509_V_ERR_" + name();
    }

    /** The error of that number; {@link #UNSPECIFIED} for one that OpenSSL does not have. */
    public static CertificateError of(int number) {
        for (CertificateError error : values()) {
            if (error.number == number) {
                return error;
            }
        }
        return UNSPECIFIED;
    }

    /** The number that {@code word} is or names, with or without its prefix; 0 where it is neither, as atoi(3) answers. */
    static int number(String word) {
        String name = word.toUpperCase(Locale.ROOT);
        String bare = name.startsWith("X509_V_ERR_") ? name.substring("X509_V_ERR_".length()) : name;
        for (CertificateError error : values()) {
            if (error.name().equals(bare)) {
                return error.number;
            }
        }
        return word.matches("[0-9]{1,4}") ? Integer.parseInt(word) : 0;
    }
}
