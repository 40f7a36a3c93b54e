// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.observe.log.LogTarget.Destination;
import io.tandem.node.observe.log.LogTarget.Format;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Lines on the wire, over real datagram sockets. */
class LogWriterTest {
    private static final long NOON_MS = 1_795_262_400_000L; // 2026-11-21T12:00:00Z

    private final AtomicLong dropped = new AtomicLong();

    private LogWriter writer(DatagramSocket receiver, Format format, int length, int maxLevel, int minLevel) {
        LogTarget target = new LogTarget(
                new Destination.Udp((InetSocketAddress) receiver.getLocalSocketAddress()),
                length,
                format,
                16,
                maxLevel,
                minLevel);
        return new LogWriter(
                List.of(new LogWriter.Route(target)),
                new LogWriter.Identity("lb1", "haproxy", 42),
                new LogSockets(),
                0,
                dropped);
    }

    private static DatagramSocket receiver() throws IOException {
        DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        socket.setSoTimeout(5000);
        return socket;
    }

    private static String receive(DatagramSocket socket) throws IOException {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        socket.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }

    private static void write(LogWriter writer, int level, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        writer.write(level, bytes, 0, bytes.length, NOON_MS);
    }

    @Test
    void theDefaultFormatHasPriorityDateTagAndPid() throws IOException {
        try (DatagramSocket socket = receiver()) {
            write(writer(socket, Format.LOCAL, 1024, 7, 0), 6, "hello");

            assertThat(receive(socket)).matches("<134>Nov 2[012] \\d\\d:00:00 haproxy\\[42]: hello\n");
        }
    }

    @Test
    void theOtherFormatsHaveTheirHeaders() throws IOException {
        try (DatagramSocket socket = receiver()) {
            write(writer(socket, Format.RFC3164, 1024, 7, 0), 6, "a");
            assertThat(receive(socket)).matches("<134>Nov 2[012] \\d\\d:00:00 lb1 haproxy\\[42]: a\n");
            write(writer(socket, Format.RFC5424, 1024, 7, 0), 6, "b");
            assertThat(receive(socket))
                    .matches("<134>1 2026-11-2[012]T\\d\\d:00:00\\.000000[+-]\\d\\d:\\d\\d lb1 haproxy 42 - - b\n");
            write(writer(socket, Format.SHORT, 1024, 7, 0), 6, "c");
            assertThat(receive(socket)).isEqualTo("<6>c\n");
            write(writer(socket, Format.RAW, 1024, 7, 0), 6, "d");
            assertThat(receive(socket)).isEqualTo("d\n");
        }
    }

    @Test
    void aLongLineIsCutToTheTargetsLength() throws IOException {
        try (DatagramSocket socket = receiver()) {
            write(writer(socket, Format.RAW, 80, 7, 0), 6, "x".repeat(500));

            assertThat(receive(socket)).isEqualTo("x".repeat(80) + "\n");
        }
    }

    @Test
    void levelsAreFilteredAboveAndRaisedBelow() throws IOException {
        try (DatagramSocket socket = receiver()) {
            LogWriter notice = writer(socket, Format.SHORT, 1024, 5, 4);
            write(notice, 6, "an info line is not sent");
            write(notice, 1, "an alert is sent as a warning");

            assertThat(receive(socket)).isEqualTo("<4>an alert is sent as a warning\n");
        }
    }

    @Test
    void whatNobodyReceivesIsCountedAndNeverWaitedFor() throws IOException {
        LogTarget nowhere = new LogTarget(new Destination.Unix("/nonexistent/socket"), 1024, Format.LOCAL, 16, 7, 0);
        LogWriter writer = new LogWriter(
                List.of(new LogWriter.Route(nowhere)),
                new LogWriter.Identity("lb1", "haproxy", 42),
                new LogSockets(),
                0,
                dropped);

        write(writer, 6, "lost");

        assertThat(dropped).hasValue(1);
    }
}
