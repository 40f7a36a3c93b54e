// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import io.tandem.node.differential.RecordingServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Runs the cases of a table, one after another, through one proxy and then the other. */
final class Bench implements AutoCloseable {
    static final int PATIENCE_MS = Integer.getInteger("tandem.table.patience", 6_000);

    private static final int MOST_COMPLAINTS = 10;

    private final CaseTable table;
    private final RecordingServer server = new RecordingServer();
    private final DatagramSocket log = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final TablePorts ports = new TablePorts(log.getLocalPort(), server.port());

    Bench(CaseTable table) throws IOException {
        this.table = table;
        log.setSoTimeout(PATIENCE_MS);
        log.setReceiveBufferSize(1 << 20);
    }

    /** What becomes of every case here. */
    Map<Case, Outcome> runOurs() throws IOException {
        Map<Case, Outcome> outcomes = new HashMap<>();
        try (Contender tandem = startOurs(outcomes)) {
            askAll(tandem, outcomes);
        }
        return outcomes;
    }

    /** Starts ours with all cases that it does not refuse. */
    private Contender startOurs(Map<Case, Outcome> refused) {
        while (true) {
            TableConfiguration configuration = without(refused.keySet());
            try {
                return Contender.tandem(configuration.text());
            } catch (Contender.Refusal refusal) {
                int before = refused.size();
                for (String complaint : refusal.complaints()) {
                    Case blamed = configuration.blamed(complaint);
                    if (blamed != null) {
                        refused.putIfAbsent(blamed, Outcome.refusal(complaint));
                    }
                }
                if (refused.size() == before || refused.size() == table.cases.size()) {
                    throw new IllegalStateException(refusal.complaints().toString(), refusal);
                }
            }
        }
    }

    /** What becomes of every case in haproxy; what we refuse is tried one by one, as haproxy stops at its first mistake. */
    Map<Case, Outcome> runTheirs(Map<Case, Outcome> ours) throws IOException, InterruptedException {
        Map<Case, Outcome> outcomes = new HashMap<>();
        for (Case one : table.cases) {
            if (!Objects.requireNonNull(ours.get(one)).refused().isEmpty()) {
                outcomes.put(one, alone(one));
            }
        }
        try (Contender haproxy = startTheirs(outcomes)) {
            askAll(haproxy, outcomes);
        }
        return outcomes;
    }

    private Outcome alone(Case one) throws IOException, InterruptedException {
        TableConfiguration configuration = new TableConfiguration(table, List.of(one), ports);
        try (Contender ignored = Contender.haproxy(configuration.text())) {
            return ask(one);
        } catch (Contender.Refusal refusal) {
            return Outcome.refusal(refusal.complaints().get(0));
        }
    }

    private Contender startTheirs(Map<Case, Outcome> refused) throws IOException, InterruptedException {
        while (true) {
            TableConfiguration configuration = without(refused.keySet());
            try {
                return Contender.haproxy(configuration.text());
            } catch (Contender.Refusal refusal) {
                String complaint = refusal.complaints().get(0);
                Case blamed = configuration.blamed(complaint);
                if (blamed == null || refused.put(blamed, Outcome.refusal(complaint)) != null) {
                    throw new IllegalStateException(refusal.complaints().toString(), refusal);
                }
            }
        }
    }

    private TableConfiguration without(Set<Case> refused) {
        List<Case> cases =
                table.cases.stream().filter(one -> !refused.contains(one)).toList();
        return new TableConfiguration(table, cases, ports);
    }

    private void askAll(Contender contender, Map<Case, Outcome> outcomes) throws IOException {
        for (Case one : table.cases) {
            if (!outcomes.containsKey(one)) {
                outcomes.put(one, ask(one));
                if (!contender.isRunning()) {
                    throw new IllegalStateException("this ended it: " + one);
                }
            }
        }
    }

    private Outcome ask(Case one) throws IOException {
        server.script(one.response(), true);
        String client = one.client().exchange(ports.target(one), one);
        boolean logs =
                !Objects.requireNonNull(table.templates.get(one.template())).contains("no log");
        String line = logs ? line() : "";
        return new Outcome(masked(client), masked(String.join("|", server.received())), masked(line), "");
    }

    private String masked(String text) {
        String left = text;
        for (Pattern mask : table.masks) {
            left = mask.matcher(left).replaceAll("~");
        }
        return left;
    }

    /** The next line of an exchange; HAProxy also complains about rules. */
    private String line() throws IOException {
        byte[] buffer = new byte[65_536];
        for (int i = 0; i < MOST_COMPLAINTS; i++) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                log.receive(packet);
            } catch (SocketTimeoutException silence) {
                return "<no line>";
            }
            String line = new String(buffer, 0, packet.getLength(), StandardCharsets.ISO_8859_1);
            int start = line.indexOf("[x] ");
            if (start >= 0) {
                return printable(line.substring(0, line.indexOf('>') + 1)
                        + line.substring(start).strip());
            }
        }
        return "<no line>";
    }

    /**
     * HAProxy puts control characters of a sample into a log line as they are, so that a client may write lines of its own;
     * here they are written as HAProxy writes those of captures. Compared is what is left of that difference.
     */
    private static String printable(String line) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            text.append(c < ' ' || c == 0x7F ? String.format("#%02X", (int) c) : String.valueOf(c));
        }
        return text.toString();
    }

    /** What both proxies make of a case differs: in what; null where it does not. */
    static @Nullable String difference(Outcome theirs, Outcome ours) {
        return theirs.equals(ours)
                ? null
                : "    haproxy:" + theirs.against(ours) + "\n    tandem:" + ours.against(theirs);
    }

    @Override
    public void close() throws IOException {
        server.close();
        log.close();
    }
}
