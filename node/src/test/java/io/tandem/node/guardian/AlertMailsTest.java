// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.config.model.MailConfig;
import io.tandem.vrrp.router.EventLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mails about transitions, beside what keepalived 2.2.7 was seen to send. */
@Timeout(60)
class AlertMailsTest {
    private final BlockingQueue<String> said = new LinkedBlockingQueue<>();
    private final EventLog log = new EventLog() {
        @Override
        public void info(String line) {
            said.add(line);
        }

        @Override
        public void warning(String line) {
            said.add(line);
        }
    };

    @Test
    void aMailIsKeepalivedsByteForByte() {
        ZonedDateTime date = ZonedDateTime.of(2026, 11, 22, 3, 24, 45, 0, ZoneOffset.UTC);

        assertThat(AlertMails.content(
                        config(25),
                        "[node1] VRRP Instance V1 - Entering MASTER state",
                        "=> VRRP Instance is now owning VRRP VIPs <=",
                        date))
                .isEqualTo("Date: Sun, 22 Nov 2026 03:24:45 +0000\r\nFrom: k@x.org\r\nSubject: [node1] VRRP Instance V1"
                        + " - Entering MASTER state\r\nX-Mailer: Keepalived\r\nTo: a@x.org, b@x.org\r\n\r\n"
                        + "=> VRRP Instance is now owning VRRP VIPs <=\r\n\r\n.\r\n");
    }

    @Test
    void theDialogueIsKeepalivedsWordForWord() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                AlertMails mails = new AlertMails(log)) {
            mails.configure(config(server.getLocalPort()), "node1");
            mails.send("VRRP Instance V1 - Entering MASTER state", "text");
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            try (Socket client = server.accept()) {
                serve(client, heard);
            }
            assertThat(heard)
                    .containsSequence(
                            "HELO me", "MAIL FROM:<k@x.org>", "RCPT TO:<a@x.org>", "RCPT TO:<b@x.org>", "DATA")
                    .contains("Subject: [node1] VRRP Instance V1 - Entering MASTER state", "text", "QUIT");
            assertThat(said.poll(20, TimeUnit.SECONDS)).contains("result=sent");
        }
    }

    @Test
    void faultsMayBeLeftOutAndAServerThatIsSilentOrAwayDelaysNobody() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                AlertMails mails = new AlertMails(log)) {
            mails.configure(
                    new MailConfig(
                            "127.0.0.1",
                            silent.getLocalPort(),
                            "me",
                            Duration.ofMillis(200),
                            "k@x.org",
                            List.of("a@x.org"),
                            false),
                    "node1");
            mails.send("VRRP Instance V1 - Entering FAULT state", "not sent");
            mails.send("VRRP Instance V1 - Entering BACKUP state", "text");

            assertThat(said.poll(20, TimeUnit.SECONDS)).contains("result=failed");
            assertThat(said).isEmpty();
        }
    }

    @Test
    void moreThanTheQueueHoldsIsDropped() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                AlertMails mails = new AlertMails(log)) {
            mails.configure(config(silent.getLocalPort()), "node1");
            for (int i = 0; i < 200; i++) {
                mails.send("VRRP Instance V1 - Entering BACKUP state", "text");
            }
            assertThat(said).anyMatch(line -> line.contains("are waiting; one is not sent"));
        }
    }

    private static MailConfig config(int port) {
        return new MailConfig(
                "127.0.0.1", port, "me", Duration.ofSeconds(20), "k@x.org", List.of("a@x.org", "b@x.org"), true);
    }

    private static void serve(Socket client, BlockingQueue<String> heard) throws IOException {
        OutputStream out = client.getOutputStream();
        BufferedReader in =
                new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        out.write("220 hi\r\n".getBytes(StandardCharsets.ISO_8859_1));
        boolean data = false;
        String line;
        while ((line = in.readLine()) != null) {
            heard.add(line);
            data = data ? !line.equals(".") : line.equals("DATA");
            String answer = line.equals("DATA") ? "354 go" : line.equals("QUIT") ? "221 bye" : data ? "" : "250 ok";
            if (!answer.isEmpty()) {
                out.write((answer + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            }
        }
    }
}
