// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of a PEM file (RFC 7468), as far as OpenSSL reads them: text outside of blocks is passed over. Pure.
 *
 * @param label what stands behind {@code BEGIN}
 * @param content decoded
 * @param encrypted whether a {@code Proc-Type: 4,ENCRYPTED} header precedes the content
 */
@SuppressWarnings("ArrayRecordComponent") // handed to parsers, never compared
public record Pem(String label, byte[] content, boolean encrypted) {
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    /** The blocks of {@code text} in their order, or null if one is not well-formed. */
    public static @Nullable List<Pem> parse(String text) {
        List<Pem> blocks = new ArrayList<>();
        int at = text.indexOf(BEGIN);
        while (at >= 0) {
            int labelEnd = text.indexOf(DASHES, at + BEGIN.length());
            if (labelEnd < 0) {
                return null;
            }
            String label = text.substring(at + BEGIN.length(), labelEnd);
            String trailer = "-----END " + label + DASHES;
            int end = text.indexOf(trailer, labelEnd);
            if (end < 0) {
                return null;
            }
            Pem block = block(label, text.substring(labelEnd + DASHES.length(), end));
            if (block == null) {
                return null;
            }
            blocks.add(block);
            at = text.indexOf(BEGIN, end + trailer.length());
        }
        return blocks;
    }

    private static @Nullable Pem block(String label, String body) {
        boolean encrypted = false;
        StringBuilder base64 = new StringBuilder(body.length());
        for (String line : body.lines().toList()) {
            if (line.indexOf(':') >= 0) {
                encrypted |= line.startsWith("Proc-Type:") && line.contains("ENCRYPTED");
            } else {
                base64.append(line.strip());
            }
        }
        try {
            return new Pem(label, Base64.getDecoder().decode(base64.toString()), encrypted);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    public boolean isCertificate() {
        return label.equals("CERTIFICATE") || label.equals("X509 CERTIFICATE") || label.equals("TRUSTED CERTIFICATE");
    }

    public boolean isPrivateKey() {
        return label.endsWith("PRIVATE KEY");
    }
}
