// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.guardian;

import io.tandem.config.model.MailConfig;
import io.tandem.node.observe.mail.SmtpDialogue;
import io.tandem.vrrp.router.EventLog;
import io.tandem.vrrp.track.MailSender;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends mails about transitions as keepalived writes them, one after the other by a thread of its own, which lives only
 * while there is something to send. More than {@value #QUEUE} waiting: the newest are dropped, with a warning.
 */
final class AlertMails implements MailSender, AutoCloseable {
    private static final int QUEUE = 128;
    private static final int MOST_BYTES = 65_536;
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss xx", Locale.ENGLISH);

    private final EventLog log;
    private final ThreadPoolExecutor thread;
    private volatile @Nullable MailConfig config; // written by the loading thread, read by any
    private volatile String routerId = ""; // likewise

    AlertMails(EventLog log) {
        this.log = log;
        thread = new ThreadPoolExecutor(
                1,
                1,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(QUEUE),
                task -> {
                    Thread started = new Thread(task, "mail");
                    started.setDaemon(true);
                    return started;
                },
                (task, executor) -> log.warning("vrrp mail: more than " + QUEUE + " are waiting; one is not sent"));
        thread.allowCoreThreadTimeOut(true);
    }

    /** @param newRouterId names this node in the subjects */
    void configure(@Nullable MailConfig newConfig, String newRouterId) {
        config = newConfig;
        routerId = newRouterId;
    }

    @Override
    public void send(String subject, String text) {
        MailConfig now = config;
        if (now == null || (!now.faults() && subject.endsWith("FAULT state"))) {
            return;
        }
        String content = content(now, "[" + routerId + "] " + subject, text, ZonedDateTime.now(ZoneId.systemDefault()));
        thread.execute(() -> deliver(now, content));
    }

    /** As keepalived 2.2 has it on the wire, with the dot at its end. */
    static String content(MailConfig config, String subject, String text, ZonedDateTime date) {
        return "Date: " + DATE.format(date) + "\r\nFrom: " + oneLine(config.from()) + "\r\nSubject: "
                + oneLine(subject) + "\r\nX-Mailer: Keepalived\r\nTo: "
                + oneLine(String.join(", ", config.to())) + "\r\n\r\n"
                + (text.startsWith(".") ? "." : "") + oneLine(text) + "\r\n\r\n.\r\n";
    }

    private static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text);
        for (int i = 0; i < line.length(); i++) {
            if (line.charAt(i) < ' ' || line.charAt(i) == 127) {
                line.setCharAt(i, ' ');
            }
        }
        return line.toString();
    }

    private void deliver(MailConfig config, String content) {
        List<String> to = config.to().stream().map(AlertMails::oneLine).toList();
        SmtpDialogue dialogue = new SmtpDialogue(oneLine(config.helo()), oneLine(config.from()), to, content);
        int timeoutMs = (int) Math.min(Integer.MAX_VALUE, config.timeout().toMillis());
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(config.server(), config.port()), timeoutMs);
            socket.setSoTimeout(timeoutMs);
            talk(dialogue, socket.getInputStream(), socket.getOutputStream());
        } catch (IOException e) {
            dialogue.end();
            if (dialogue.state() != SmtpDialogue.State.DONE) {
                log.warning("vrrp mail server=" + config.server() + ":" + config.port() + " result=failed: "
                        + e.getMessage());
            }
            return;
        }
        if (dialogue.state() == SmtpDialogue.State.DONE) {
            log.info("vrrp mail server=" + config.server() + ":" + config.port() + " result=sent");
        } else {
            log.warning("vrrp mail server=" + config.server() + ":" + config.port() + " result=refused: "
                    + oneLine(dialogue.complaint()));
        }
    }

    private static void talk(SmtpDialogue dialogue, InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[1024];
        int received = 0;
        while (dialogue.state() == SmtpDialogue.State.UNDER_WAY) {
            int length = in.read(buffer);
            received += Math.max(0, length);
            if (length < 0 || received > MOST_BYTES) {
                dialogue.end();
                return;
            }
            String said = dialogue.receive(new String(buffer, 0, length, StandardCharsets.ISO_8859_1));
            if (!said.isEmpty()) {
                out.write(said.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        }
    }

    /** What is under way is not waited for. */
    @Override
    public void close() {
        thread.shutdown();
    }
}
