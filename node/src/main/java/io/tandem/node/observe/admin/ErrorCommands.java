// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.admin;

import io.tandem.node.backend.Backend;
import io.tandem.node.frontend.Frontend;
import io.tandem.node.loop.Tuning;
import io.tandem.node.observe.BadMessages;
import io.tandem.node.observe.BadMessages.BadMessage;
import io.tandem.node.observe.BadMessages.Kind;
import io.tandem.node.setup.Configuration;
import io.tandem.node.setup.NodeRuntime;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code show errors}: the last messages that could not be read (HAProxy management guide 9.3), in HAProxy's form. */
public final class ErrorCommands {
    private static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern(
                    "dd/MMM/yyyy:HH:mm:ss.SSS", Locale.ENGLISH)
            .withZone(ZoneId.systemDefault());

    /** Columns of a dumped line, behind its offset. */
    private static final int WIDTH = 70;

    /** What HAProxy's own representation of a message takes of a buffer. */
    private static final int BOOKKEEPING = 48;

    private final NodeRuntime node;

    private ErrorCommands(NodeRuntime node) {
        this.node = node;
    }

    public static List<Command> of(NodeRuntime node) {
        return List.of(new Command(
                "show errors",
                "show errors [<px>] [request|response]",
                "report last request and/or response errors for each proxy",
                Level.OPERATOR,
                new ErrorCommands(node)::show));
    }

    private void show(Command.Arguments arguments, StringBuilder answer) {
        Configuration configuration = node.configuration();
        Set<String> meant = meant(configuration, arguments.size() > 0 ? arguments.word(0) : "-1");
        if (meant == null) {
            answer.append("No such proxy.\n");
            return;
        }
        String kind = arguments.size() > 1 ? arguments.word(1) : "";
        BadMessages all = node.badMessages();
        answer.append("Total events captured on [")
                .append(DATE.format(Instant.now()))
                .append("] : ")
                .append(all.count())
                .append('\n');
        int bufferSize = Tuning.of(configuration.drafts()).bufferSize();
        for (String proxy : proxies(configuration)) {
            for (Kind each : Kind.values()) {
                BadMessage message = all.of(proxy, each);
                boolean wanted = !(kind.equals("request") && each == Kind.RESPONSE)
                        && !(kind.equals("response") && each == Kind.REQUEST);
                if (message != null && wanted && (meant.contains(proxy) || meant.contains(message.other()))) {
                    describe(message, bufferSize, answer);
                }
            }
        }
    }

    private static Set<String> proxies(Configuration configuration) {
        return Objects.requireNonNull(meant(configuration, "-1"));
    }

    /** The names of the proxies that {@code word} stands for: a name, a number, or -1 for all; null for none. */
    private static @Nullable Set<String> meant(Configuration configuration, String word) {
        Set<String> names = new LinkedHashSet<>();
        for (Frontend frontend : configuration.frontends()) {
            if (isMeant(word, frontend.name(), frontend.id())) {
                names.add(frontend.name());
                Backend target = word.equals("-1")
                        ? null
                        : configuration.backend(frontend.name()).orElse(null);
                if (target != null) {
                    names.add(target.name());
                }
            }
        }
        for (Backend backend : configuration.backends()) {
            if (isMeant(word, backend.name(), backend.id())) {
                names.add(backend.name());
            }
        }
        return names.isEmpty() ? null : names;
    }

    private static boolean isMeant(String word, String name, int id) {
        return word.equals("-1") || word.equals(name) || word.equals(String.valueOf(id));
    }

    private static void describe(BadMessage message, int bufferSize, StringBuilder answer) {
        boolean request = message.kind() == Kind.REQUEST;
        int length = message.bytes().length;
        answer.append(" \n[")
                .append(DATE.format(Instant.ofEpochMilli(message.atMs())))
                .append(request ? "] frontend " : "] backend ");
        named(message.proxy(), message.proxyId(), answer);
        answer.append(": invalid ").append(request ? "request" : "response").append('\n');
        answer.append(request ? "  backend " : "  frontend ");
        named(message.other(), message.otherId(), answer);
        answer.append(", server ");
        named(message.server(), message.serverId(), answer);
        answer.append(", event #")
                .append(message.event())
                .append(", src ")
                .append(message.source())
                .append('\n');
        answer.append("  buffer starts at 0 (including 0 out), ")
                .append(Math.max(0, bufferSize - length))
                .append(" free,\n");
        answer.append("  len ")
                .append(length)
                .append(", wraps at ")
                .append(bufferSize - BOOKKEEPING)
                .append(", error at position ")
                .append(message.position())
                .append('\n');
        answer.append("  H1 msg state ").append(message.reason()).append(" :\n  \n");
        dump(message.bytes(), answer);
    }

    private static void named(@Nullable String name, int id, StringBuilder answer) {
        answer.append(name == null ? "<NONE>" : name).append(" (#").append(id).append(')');
    }

    /** The bytes, a line of theirs a line, long ones cut in pieces. */
    private static void dump(byte[] bytes, StringBuilder answer) {
        int at = 0;
        boolean continued = false;
        while (at < bytes.length) {
            answer.append(String.format(Locale.ROOT, "  %05d%c ", at, continued ? '+' : ' '));
            int start = answer.length();
            boolean lineEnd = false;
            while (at < bytes.length && !lineEnd && answer.length() - start < WIDTH) {
                lineEnd = bytes[at] == '\n';
                escape(bytes[at++], answer);
            }
            answer.append('\n');
            continued = !lineEnd;
        }
    }

    private static void escape(byte b, StringBuilder answer) {
        switch (b) {
            case '\r' -> answer.append("\\r");
            case '\n' -> answer.append("\\n");
            case '\t' -> answer.append("\\t");
            case '\\' -> answer.append("\\\\");
            default -> {
                if (b >= ' ' && b < 0x7f) {
                    answer.append((char) b);
                } else {
                    answer.append(String.format(Locale.ROOT, "\\x%02X", b & 0xff));
                }
            }
        }
    }
}
