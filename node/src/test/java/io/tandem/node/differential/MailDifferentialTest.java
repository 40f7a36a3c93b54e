// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential;

import static org.assertj.core.api.Assertions.assertThat;

import io.tandem.node.testkit.InstalledHaproxy;
import io.tandem.node.testkit.Ports;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts by mail: a mail server that is told what haproxy tells it, word for word. */
class MailDifferentialTest {
    private static final int PATIENCE_S = 30;

    @TempDir
    Path directory;

    @BeforeAll
    static void needsHaproxy() {
        InstalledHaproxy.assumeInstalled();
    }

    /** A mail server; each connection becomes one text of all that the client said. */
    private static final class MailServer implements AutoCloseable {
        private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final BlockingQueue<String> mails = new LinkedBlockingQueue<>();

        MailServer() throws IOException {
            Thread thread = new Thread(this::serve, "mail server");
            thread.setDaemon(true);
            thread.start();
        }

        private void serve() {
            while (true) {
                try (Socket client = listening.accept()) {
                    client.setSoTimeout(10_000);
                    mails.add(converse(client));
                } catch (IOException over) {
                    if (listening.isClosed()) {
                        return;
                    }
                }
            }
        }

        private static String converse(Socket client) throws IOException {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            StringBuilder said = new StringBuilder();
            say(client, "220 hello");
            boolean data = false;
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                said.append(line.startsWith("Date: ") ? "Date" : line).append('\n');
                if (data) {
                    data = !line.equals(".");
                    if (!data) {
                        say(client, "250 queued");
                    }
                } else if (line.equals("QUIT")) {
                    say(client, "221 bye");
                    return said.toString();
                } else {
                    data = line.equals("DATA");
                    say(client, data ? "354 go" : "250 ok");
                }
            }
            return said.toString();
        }

        private static void say(Socket client, String line) throws IOException {
            client.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
        }

        String next() throws InterruptedException {
            String mail = mails.poll(PATIENCE_S, TimeUnit.SECONDS);
            return mail == null ? "nothing" : mail;
        }

        @Override
        public void close() throws IOException {
            listening.close();
        }
    }

    @Test
    void serversThatGoDownAndUpAreWrittenAboutAsByHaproxy() throws Exception {
        List<List<String>> all = new ArrayList<>();
        int dead = Ports.dead();
        for (boolean oracle : new boolean[] {true, false}) {
            try (MailServer one = new MailServer();
                    MailServer two = new MailServer()) {
                String text =
                        """
                        global
                          stats socket ADMIN level admin
                        mailers mm
                          timeout mail 20s
                          mailer one 127.0.0.1:%d
                          mailer two 127.0.0.1:%d
                        defaults
                          timeout client 5s
                          timeout connect 1s
                          timeout server 5s
                          email-alert mailers mm
                          email-alert from lb@here
                          email-alert to me@there
                          email-alert myhostname lb.example
                        frontend f
                          bind 127.0.0.1:PORT_0_
                        backend b
                          email-alert level info
                          server s 127.0.0.1:%d
                          server t 127.0.0.1:%d
                        backend quiet
                          server s 127.0.0.1:%d
                        """
                                .formatted(
                                        one.listening.getLocalPort(), two.listening.getLocalPort(), dead, dead, dead);
                try (Operated proxy = new Operated(directory, text, oracle, 1)) {
                    List<String> mails = new ArrayList<>();
                    for (String command : List.of(
                            "set server b/t health down",
                            "set server b/t health up",
                            "disable server b/t",
                            "enable server b/t",
                            "set server b/t state drain",
                            "set server b/t state ready",
                            "set server quiet/s health down",
                            "set server quiet/s health up",
                            "set server b/t health down")) {
                        proxy.command(command);
                        boolean written = !command.contains("able")
                                && !command.contains("ready")
                                && !command.equals("set server quiet/s health up");
                        if (written) {
                            mails.add(command + "\n" + one.next());
                            assertThat(two.next())
                                    .isEqualTo(mails.get(mails.size() - 1).substring(command.length() + 1));
                        }
                    }
                    all.add(mails);
                }
            }
        }

        assertThat(all.get(1)).isEqualTo(all.get(0));
    }
}
