// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.ring;

import io.tandem.node.observe.admin.Command;
import io.tandem.node.observe.admin.Feed;
import io.tandem.node.observe.admin.Level;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** {@code show events [<ring>] [-w] [-n]} (HAProxy management guide 9.3). Runs on the admin socket's thread. */
public final class RingCommands {
    /** As much as one answer brings at once. */
    private static final int CHUNK = 64 * 1024;

    private final Rings rings;

    private RingCommands(Rings rings) {
        this.rings = rings;
    }

    public static List<Command> of(Rings rings) {
        return List.of(new Command(
                "show events",
                "show events [<sink>] [-w] [-n]",
                "show event sink state",
                Level.USER,
                new Show(new RingCommands(rings))));
    }

    private record Show(RingCommands commands) implements Command.Action {
        @Override
        public void run(Command.Arguments arguments, StringBuilder answer) {
            throw new IllegalStateException("show events is a feed");
        }

        @Override
        public @Nullable Feed begin(Command.Arguments arguments, StringBuilder answer) {
            return commands.show(arguments, answer);
        }
    }

    private @Nullable Feed show(Command.Arguments arguments, StringBuilder answer) {
        String name = arguments.word(0);
        if (name.isEmpty()) {
            list(answer);
            return null;
        }
        Ring ring = rings.named(name);
        if (ring == null) {
            answer.append(
                    name.equals("stdout") || name.equals("stderr")
                            ? "Nothing to report for this sink\n"
                            : "No such event sink\n");
            return null;
        }
        boolean waits = false;
        boolean fresh = false;
        for (int i = 1; i < arguments.size(); i++) {
            String word = arguments.word(i);
            waits |= word.equals("-w") || word.equals("-wn") || word.equals("-nw");
            fresh |= word.equals("-n") || word.equals("-wn") || word.equals("-nw");
            if (!word.equals("-w") && !word.equals("-n") && !word.equals("-wn") && !word.equals("-nw")) {
                answer.append("unknown option\n");
                return null;
            }
        }
        Events events = new Events(ring, waits);
        if (fresh) {
            ring.toEnd(events.cursor);
        }
        return events;
    }

    private void list(StringBuilder answer) {
        answer.append("Supported events sinks are listed below. Add -w(wait), -n(new). Any key to stop\n");
        line("stdout", "fd", 0, "standard output (fd#1)", answer);
        line("stderr", "fd", 0, "standard output (fd#2)", answer);
        for (Ring ring : rings.all()) {
            line(ring.name(), "buffer", ring.dropped(), ring.specification().description(), answer);
        }
    }

    private static void line(String name, String type, long dropped, String description, StringBuilder answer) {
        answer.append(
                String.format(Locale.ROOT, "    %-10s : type=%s, %d dropped, %s\n", name, type, dropped, description));
    }

    /** The events of a ring, those to come as well where that is wished. */
    private static final class Events implements Feed {
        private final Ring ring;
        private final boolean waits;
        private final Ring.Cursor cursor = new Ring.Cursor();

        Events(Ring ring, boolean waits) {
            this.ring = ring;
            this.waits = waits;
        }

        @Override
        public boolean read(StringBuilder answer) {
            int before = answer.length();
            ring.read(cursor, event -> {
                if (answer.length() - before >= CHUNK) {
                    return false;
                }
                append(event, answer);
                return true;
            });
            return waits || answer.length() > before;
        }

        private static void append(ByteBuffer event, StringBuilder answer) {
            while (event.hasRemaining()) {
                answer.append((char) (event.get() & 0xFF));
            }
            answer.append('\n');
        }

        @Override
        public void watch(Runnable watcher) {
            ring.watch(watcher);
        }

        @Override
        public void unwatch(Runnable watcher) {
            ring.unwatch(watcher);
        }
    }
}
