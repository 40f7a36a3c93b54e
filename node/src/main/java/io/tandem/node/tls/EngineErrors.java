// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

import io.netty.handler.ssl.NotSslRecordException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The errors of the TLS engine in OpenSSL 3's numbers and words, which {@code ssl_fc_err} and its like answer: {@code 0x0A}
 * for TLS in the highest byte, the reason in the lowest ones. BoringSSL names the reasons as OpenSSL does; those that OpenSSL
 * does not have count as an internal error.
 */
public final class EngineErrors {
    private static final long LIBRARY = 0x0A000000L;

    /** {@code error:1000009c:SSL routines:OPENSSL_internal:HTTP_REQUEST}. */
    private static final Pattern REASON = Pattern.compile("OPENSSL_internal:([A-Z0-9_]+)");

    /** The first bytes of GET, POST, HEAD and PUT, in Netty's message about what is no TLS. */
    private static final Pattern HTTP = Pattern.compile("(?i): *(47455420|504f5354|48454144|50555420)");

    /** How the JDK's engine tells of an alert of the other side. */
    private static final Pattern ALERT = Pattern.compile("Received fatal alert: ([a-z_]+)");

    /** What else the JDK's engine says, and BoringSSL's reason for it. */
    private static final Map<String, String> OF_THE_JDK = Map.of(
            "Empty client certificate chain", "PEER_DID_NOT_RETURN_A_CERTIFICATE",
            "Empty server certificate chain", "PEER_DID_NOT_RETURN_A_CERTIFICATE",
            "no cipher suites in common", "NO_SHARED_CIPHER",
            "is not enabled or supported in server context", "UNSUPPORTED_PROTOCOL");

    private static final int INTERNAL_ERROR = 0xC0103;

    private static final Map<String, Integer> REASONS = Map.ofEntries(
            Map.entry("BAD_PACKET_LENGTH", 115),
            Map.entry("BAD_SIGNATURE", 123),
            Map.entry("CERTIFICATE_VERIFY_FAILED", 134),
            Map.entry("DECRYPTION_FAILED_OR_BAD_RECORD_MAC", 281),
            Map.entry("DECODE_ERROR", 159),
            Map.entry("HTTP_REQUEST", 156),
            Map.entry("HTTPS_PROXY_REQUEST", 155),
            Map.entry("INAPPROPRIATE_FALLBACK", 373),
            Map.entry("INVALID_ALERT", 205),
            Map.entry("LENGTH_MISMATCH", 159),
            Map.entry("NO_SHARED_CIPHER", 193),
            Map.entry("NO_SHARED_GROUP", 410),
            Map.entry("NO_COMMON_SIGNATURE_ALGORITHMS", 118),
            Map.entry("PEER_DID_NOT_RETURN_A_CERTIFICATE", 199),
            Map.entry("UNEXPECTED_MESSAGE", 244),
            Map.entry("UNEXPECTED_RECORD", 245),
            Map.entry("UNKNOWN_PROTOCOL", 252),
            Map.entry("UNSUPPORTED_PROTOCOL", 258),
            Map.entry("UNSUPPORTED_PROTOCOL_VERSION_FOR_CIPHER", 181),
            Map.entry("WRONG_VERSION_NUMBER", 267),
            Map.entry("SSLV3_ALERT_UNEXPECTED_MESSAGE", 1010),
            Map.entry("SSLV3_ALERT_BAD_RECORD_MAC", 1020),
            Map.entry("SSLV3_ALERT_HANDSHAKE_FAILURE", 1040),
            Map.entry("SSLV3_ALERT_NO_CERTIFICATE", 1041),
            Map.entry("SSLV3_ALERT_BAD_CERTIFICATE", 1042),
            Map.entry("SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", 1043),
            Map.entry("SSLV3_ALERT_CERTIFICATE_REVOKED", 1044),
            Map.entry("SSLV3_ALERT_CERTIFICATE_EXPIRED", 1045),
            Map.entry("SSLV3_ALERT_CERTIFICATE_UNKNOWN", 1046),
            Map.entry("SSLV3_ALERT_ILLEGAL_PARAMETER", 1047),
            Map.entry("TLSV1_ALERT_UNKNOWN_CA", 1048),
            Map.entry("TLSV1_ALERT_ACCESS_DENIED", 1049),
            Map.entry("TLSV1_ALERT_DECODE_ERROR", 1050),
            Map.entry("TLSV1_ALERT_DECRYPT_ERROR", 1051),
            Map.entry("TLSV1_ALERT_PROTOCOL_VERSION", 1070),
            Map.entry("TLSV1_ALERT_INSUFFICIENT_SECURITY", 1071),
            Map.entry("TLSV1_ALERT_INTERNAL_ERROR", 1080),
            Map.entry("TLSV1_ALERT_USER_CANCELLED", 1090),
            Map.entry("TLSV1_ALERT_NO_RENEGOTIATION", 1100),
            Map.entry("TLSV1_UNRECOGNIZED_NAME", 1112),
            Map.entry("TLSV1_ALERT_UNRECOGNIZED_NAME", 1112),
            Map.entry("TLSV1_CERTIFICATE_REQUIRED", 1116),
            Map.entry("TLSV1_ALERT_CERTIFICATE_REQUIRED", 1116),
            Map.entry("TLSV1_ALERT_NO_APPLICATION_PROTOCOL", 1120));

    private EngineErrors() {}

    /** The number for the exception that a handshake ended with; 0 where the engine had no complaint. */
    static long number(Throwable cause) {
        String reason = reason(cause);
        return reason == null ? 0 : LIBRARY | REASONS.getOrDefault(reason, INTERNAL_ERROR);
    }

    private static @Nullable String reason(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            Matcher matcher = REASON.matcher(String.valueOf(each.getMessage()));
            if (matcher.find()) {
                return matcher.group(1);
            }
            if (each instanceof NotSslRecordException) {
                return HTTP.matcher(String.valueOf(each.getMessage())).find() ? "HTTP_REQUEST" : "WRONG_VERSION_NUMBER";
            }
            if (each instanceof CertificateException) {
                return "CERTIFICATE_VERIFY_FAILED";
            }
        }
        return ofTheJdk(String.valueOf(cause.getMessage()));
    }

    private static @Nullable String ofTheJdk(String message) {
        Matcher alert = ALERT.matcher(message);
        if (alert.find()) {
            String name = alert.group(1).toUpperCase(Locale.ROOT);
            return REASONS.containsKey("SSLV3_ALERT_" + name) ? "SSLV3_ALERT_" + name : "TLSV1_ALERT_" + name;
        }
        for (Map.Entry<String, String> each : OF_THE_JDK.entrySet()) {
            if (message.contains(each.getKey())) {
                return each.getValue();
            }
        }
        return null;
    }

    /** OpenSSL's line about an error: {@code error:0A00009C:SSL routines::http request}. */
    public static String text(long number) {
        int code = (int) (number & 0x7FFFFF);
        String words = REASONS.entrySet().stream()
                .filter(entry -> entry.getValue() == code)
                .map(entry -> entry.getKey().toLowerCase(Locale.ROOT).replace('_', ' '))
                .findFirst()
                .orElse("internal error");
        return String.format(Locale.ROOT, "error:%08X:SSL routines::%s", number, words);
    }
}
