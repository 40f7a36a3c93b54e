// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.backend.pool;

import io.tandem.node.backend.Backend;
import io.tandem.node.observe.EventLog;
import io.tandem.node.rules.Facts;
import io.tandem.vrrp.netlink.Errno;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What operators are told, in HAProxy's words, when our own system refuses what a connection to a server needs. */
final class Shortage {
    /** How Netty words what is no refusal of the other side's: {@code connect(..) failed with error(-99): …}. */
    private static final Pattern ERROR = Pattern.compile("error\\(-(\\d+)\\)");

    private static final int EADDRINUSE = 98;

    private Shortage() {}

    /** The address that connections come from, or the last port of its range, cannot be had. */
    static void ofSources(Facts facts) {
        Backend backend = facts.backend;
        if (backend != null) {
            tell(
                    facts,
                    EventLog.Level.EMERG,
                    backend,
                    "Cannot bind to source address before connect() for backend " + backend.name() + ".");
        }
    }

    /**
     * An attempt to connect was refused at once.
     *
     * @param unix whether it was to a unix socket, whose line may be full
     */
    static void ofPorts(Facts facts, Throwable cause, boolean unix) {
        Backend backend = facts.backend;
        int error = number(cause);
        boolean short_ = error == Errno.EAGAIN || error == Errno.EADDRNOTAVAIL || error == EADDRINUSE;
        if (backend != null && short_) {
            String why = unix && error == Errno.EAGAIN
                    ? "can't connect to destination unix socket, check backlog size on the server."
                    : "no free ports.";
            tell(facts, EventLog.Level.ERR, backend, "Connect() failed for backend " + backend.name() + ": " + why);
        }
    }

    private static void tell(Facts facts, EventLog.Level level, Backend backend, String text) {
        facts.configuration.node().events().tell(level, backend.name(), text);
    }

    private static int number(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            Matcher matcher = ERROR.matcher(String.valueOf(at.getMessage()));
            if (matcher.find()) {
                return Integer.parseInt(matcher.group(1));
            }
        }
        return 0;
    }
}
