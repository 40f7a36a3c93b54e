// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.proxyprotocol;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Ports;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code set-proxy-v2-tlv-fmt}, as HAProxy's manual since 2.9 describes it: the installed one has no such option. */
class HeaderTlvTest {
    /** TCP over IPv4, and a TLV of a type of one's own with a value that is no text. */
    private static final String HEADER =
            "\r\n\r\n\0\r\nQUIT\n!\u0011\0\u0015" + "\1\2\3\4\5\6\7\10\0\1\0\2" + "\u00e1\0\6a\0\u00ff\n%b";

    @Test
    void aTlvIsForwardedByteForByte() throws IOException {
        assertThat(tlvs("send-proxy-v2 set-proxy-v2-tlv-fmt(0xE1) %[fc_pp_tlv(0xE1)]"))
                .isEqualTo("\u00e1\0\6a\0\u00ff\n%b");
    }

    @Test
    void aTlvMayBeMadeOfTextAndSamplesAndComeUnderAnotherType() throws IOException {
        assertThat(tlvs("send-proxy-v2 set-proxy-v2-tlv-fmt(226) \"from %[src] %ft\" set-proxy-v2-tlv-fmt(NOOP) x"))
                .isEqualTo("\u00e2\0\u000ffrom 1.2.3.4 fe" + "\4\0\1x");
    }

    @Test
    void whatIsEmptyIsLeftOut() throws IOException {
        assertThat(tlvs("send-proxy-v2 set-proxy-v2-tlv-fmt(0xE1) %[fc_pp_tlv(0xE7)]"))
                .isEmpty();
    }

    @Test
    void defaultServerHandsItOn() throws IOException {
        assertThat(tlvs("send-proxy-v2", " default-server set-proxy-v2-tlv-fmt(0xE5) y\n"))
                .isEqualTo("\u00e5\0\1y");
    }

    @Test
    void theChecksumCoversIt() throws IOException {
        byte[] header = header("send-proxy-v2 proxy-v2-options crc32c set-proxy-v2-tlv-fmt(0xE5) yes", "");
        CRC32C sum = new CRC32C();
        byte[] zeroed = header.clone();
        for (int i = 31; i < 35; i++) {
            zeroed[i] = 0;
        }
        sum.update(zeroed);
        assertThat(header[28]).isEqualTo((byte) 3);
        assertThat(new java.math.BigInteger(1, java.util.Arrays.copyOfRange(header, 31, 35)).longValue())
                .isEqualTo(sum.getValue());
        assertThat(new String(header, ISO_8859_1)).endsWith("\u00e5\0\3yes");
    }

    @Test
    void whatDoesNotFitIntoTheHeaderIsLeftOutAndTheHeaderStaysWhole() throws IOException {
        String long9000 = "x".repeat(9_000);
        String option = " set-proxy-v2-tlv-fmt(0xE5) " + long9000;
        byte[] header = header("send-proxy-v2" + option.repeat(9) + " set-proxy-v2-tlv-fmt(0xE6) z", "");
        assertThat(header.length).isEqualTo(28 + 7 * (3 + 9_000) + 4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "set-proxy-v2-tlv-fmt x | expects the type of a TLV in parentheses",
                "set-proxy-v2-tlv-fmt() x | expects the type of a TLV in parentheses",
                "set-proxy-v2-tlv-fmt(256) x | expects the type of a TLV in parentheses",
                "set-proxy-v2-tlv-fmt(0x1 x | expects the type of a TLV in parentheses",
                "set-proxy-v2-tlv-fmt(3) x | use 'proxy-v2-options crc32c'",
                "set-proxy-v2-tlv-fmt(4) | missing the log-format",
                "set-proxy-v2-tlv-fmt(4) %[nothing] | unknown fetch method 'nothing'",
                "set-proxy-v2-tlv-fmt(4) %[res.hdr(a)] | set-proxy-v2-tlv-fmt",
            })
    void mistakesAreNamed(String options, String complaint) {
        assertThatThrownBy(() -> tlvs("send-proxy-v2 " + options)).hasMessageContaining(complaint);
    }

    private static String tlvs(String options) throws IOException {
        return tlvs(options, "");
    }

    private static String tlvs(String options, String before) throws IOException {
        byte[] header = header(options, before);
        return new String(header, 28, header.length - 28, ISO_8859_1);
    }

    private static byte[] header(String options, String before) throws IOException {
        int port = Ports.reserved();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String text = "defaults\n mode tcp\n timeout client 3s\n timeout server 3s\n timeout connect 3s\n"
                    + "frontend fe\n bind 127.0.0.1:" + port + " accept-proxy\n default_backend be\nbackend be\n"
                    + before
                    + " server s 127.0.0.1:" + server.getLocalPort() + " " + options + "\n";
            server.setSoTimeout(5_000);
            try (TestProxy proxy = TestProxy.start(text, 1);
                    Socket client = new Socket(InetAddress.getByName("127.0.0.1"), port)) {
                assertThat(proxy.openSessions("fe")).isNotNegative();
                client.getOutputStream().write(HEADER.getBytes(ISO_8859_1));
                try (Socket accepted = server.accept()) {
                    accepted.setSoTimeout(5_000);
                    DataInputStream in = new DataInputStream(accepted.getInputStream());
                    byte[] fixed = in.readNBytes(16);
                    byte[] rest = in.readNBytes((fixed[14] & 0xff) << 8 | fixed[15] & 0xff);
                    byte[] header = java.util.Arrays.copyOf(fixed, 16 + rest.length);
                    System.arraycopy(rest, 0, header, 16, rest.length);
                    return header;
                }
            }
        }
    }
}
