// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls.verify;

/**
 * What verification found: what {@code ssl_c_err} and its like answer.
 *
 * @param trusted whether the handshake may go on: nothing was wrong, or only what is ignored
 * @param result the last error ({@code ssl_c_verify})
 * @param resultDepth where that was, 0 for the certificate itself
 * @param leafError the first error of the certificate itself ({@code ssl_c_err})
 * @param caError the first error above it ({@code ssl_c_ca_err})
 * @param caErrorDepth where that was, 1 for the certificate's issuer
 * @param protocol the TLS version agreed on until then, or empty
 */
public record Findings(
        boolean trusted,
        CertificateError result,
        int resultDepth,
        CertificateError leafError,
        CertificateError caError,
        int caErrorDepth,
        String protocol) {
    /** Nothing was verified, or nothing was wrong. */
    public static final Findings GOOD =
            new Findings(true, CertificateError.OK, 0, CertificateError.OK, CertificateError.OK, 0, "");

    Findings over(String protocolNow) {
        return new Findings(trusted, result, resultDepth, leafError, caError, caErrorDepth, protocolNow);
    }

    /** Whether what ended the handshake was wrong with an issuer rather than the certificate itself. */
    public boolean isAboutIssuer() {
        return resultDepth > 0;
    }

    /**
     * HAProxy's words where the certificate's name was all that was wrong, else the empty string.
     *
     * @param asked whether the server was asked for a name, rather than a name configured
     */
    public String words(boolean asked) {
        return result != CertificateError.HOSTNAME_MISMATCH
                ? ""
                : "Server presented an SSL certificate different from the " + (asked ? "expected" : "configured")
                        + " one";
    }

    /** The certificate's name is not the expected one. */
    static Findings wrongName() {
        return new Findings(
                false,
                CertificateError.HOSTNAME_MISMATCH,
                0,
                CertificateError.HOSTNAME_MISMATCH,
                CertificateError.OK,
                0,
                "");
    }
}
