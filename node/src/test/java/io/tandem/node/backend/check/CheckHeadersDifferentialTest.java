// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.boot.TestProxy;
import io.tandem.node.testkit.Await;
import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.LoopbackServer;
import io.tandem.node.testkit.Ports;
import io.tandem.node.testkit.RunningProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PROXY protocol headers in front of health checks, with {@code pp2-never-send-local} and without: the same as haproxy's. */
class CheckHeadersDifferentialTest {
    private static final List<String> SERVERS = List.of(
            "send-proxy",
            "check-send-proxy",
            "send-proxy-v2",
            "send-proxy-v2-ssl",
            "send-proxy-v2-ssl-cn",
            "send-proxy-v2 proxy-v2-options crc32c",
            "send-proxy-v2 proxy-v2-options crc32c,unique-id,ssl,authority,cert-cn",
            "send-proxy-v2 check-send-proxy source 127.0.0.9",
            "send-proxy-v2 addr 127.0.0.1 check-send-proxy",
            "send-proxy no-check-send-proxy");

    private static final int SIGNATURE = 12;
    private static final int FIXED = 16;
    private static final int IPV4 = 0x11;
    private static final int CRC32C = 3;

    @ParameterizedTest
    @ValueSource(strings = {"", "pp2-never-send-local"})
    void sayWhatHaproxySays(String global) throws Exception {
        InstalledHaproxy.assumeInstalled();

        List<String> theirs = heard(global, true);

        assertThat(heard(global, false)).isEqualTo(theirs);
        assertThat(String.join("\n", theirs)).contains(global.isEmpty() ? "20 00" : "21 11");
    }

    private static List<String> heard(String global, boolean oracle) throws Exception {
        AtomicReferenceArray<@Nullable String> first = new AtomicReferenceArray<>(SERVERS.size());
        List<LoopbackServer> servers = new ArrayList<>();
        StringBuilder text = new StringBuilder("global\n " + global
                + "\ndefaults\n mode http\n option httpchk\n timeout connect 5s\n timeout client 5s\n timeout server 5s\n"
                + "listen front\n bind 127.0.0.1:" + Ports.reserved() + "\n");
        for (int i = 0; i < SERVERS.size(); i++) {
            int index = i;
            LoopbackServer server = new LoopbackServer((client, number) -> {
                first.compareAndSet(index, null, heard(client));
            });
            servers.add(server);
            text.append("backend b").append(i).append("\n server s 127.0.0.1:").append(server.port());
            text.append(" check inter 300ms ").append(SERVERS.get(i)).append('\n');
        }
        try (RunningProxy running = new RunningProxy(text.toString(), oracle);
                HealthChecks ignored = oracle ? null : checked(running.tandem())) {
            Await.until("each server is checked", () -> {
                for (int i = 0; i < first.length(); i++) {
                    if (first.get(i) == null) {
                        return false;
                    }
                }
                return true;
            });
        } finally {
            for (LoopbackServer server : servers) {
                server.close();
            }
        }
        List<String> all = new ArrayList<>();
        for (int i = 0; i < first.length(); i++) {
            all.add(SERVERS.get(i) + ": " + first.get(i));
        }
        return all;
    }

    private static HealthChecks checked(TestProxy proxy) {
        HealthChecks checks = new HealthChecks(proxy.loops(), proxy.node().events(), System::currentTimeMillis);
        checks.watch(proxy.configuration());
        return checks;
    }

    private static String heard(Socket client) {
        try {
            client.setSoTimeout(300); // where it says nothing
            return header(client.getInputStream());
        } catch (IOException silenceOrReset) {
            return "nothing";
        }
    }

    /** A header for people, without ports and checksums. */
    private static String header(InputStream in) throws IOException {
        byte[] start = in.readNBytes(SIGNATURE);
        if (start.length > 0 && start[0] == 'P') {
            StringBuilder line = new StringBuilder(new String(start, StandardCharsets.US_ASCII));
            for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
                line.append((char) b);
            }
            return line.toString().replaceAll(" [0-9]+ [0-9]+\r?$", " PORT PORT");
        }
        if (start.length < SIGNATURE || start[0] == 'O') {
            return "nothing"; // but the request
        }
        byte[] rest = in.readNBytes(FIXED - SIGNATURE);
        ByteBuffer body = ByteBuffer.wrap(in.readNBytes((rest[2] & 0xff) << 8 | rest[3] & 0xff));
        HexFormat hex = HexFormat.ofDelimiter(" ");
        StringBuilder said = new StringBuilder(hex.formatHex(rest));
        if (rest[1] == IPV4) {
            said.append(" from ").append(Integer.toHexString(body.getInt())).append(" to ");
            said.append(Integer.toHexString(body.getInt()));
            body.getInt(); // ports
        }
        while (body.remaining() >= 3) {
            int type = body.get();
            byte[] value = new byte[body.getShort()];
            body.get(value);
            said.append(" tlv ").append(type).append(' ').append(type == CRC32C ? "sum" : hex.formatHex(value));
        }
        return said.toString();
    }
}
