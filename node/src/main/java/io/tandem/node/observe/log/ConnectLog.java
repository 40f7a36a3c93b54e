// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.observe.log;

import io.tandem.node.frontend.AccessLog;
import io.tandem.node.frontend.LogStep;
import io.tandem.node.frontend.Peer;
import io.tandem.node.language.Mode;
import io.tandem.node.rules.Facts;
import io.tandem.node.socket.Endpoints;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The line of a frontend without a log format: {@code Connect from 10.0.1.2:33312 to 10.0.3.31:8012 (www/HTTP)}, written
 * when the connection is accepted (HAProxy manual 8.2.1).
 */
final class ConnectLog implements AccessLog {
    private static final int INFO = 6;

    private final AccessTargets targets;
    private final FailureLine failures;
    /** What profiles make of the other steps; null where there are none. */
    private final @Nullable FormattedLog others;

    ConnectLog(AccessTargets targets, FailureLine failures, @Nullable FormattedLog others) {
        this.targets = targets;
        this.failures = failures;
        this.others = others;
    }

    @Override
    public void accepted(Facts facts) {
        String from = facts.source.length() == 0 ? "" : "from " + text(facts.source, facts) + " ";
        String text = "Connect " + from + "to " + text(facts.destination, facts) + " (" + facts.frontend.name() + "/"
                + (facts.frontend.mode() == Mode.HTTP ? "HTTP" : "TCP") + ")";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        targets.write(facts, LogStep.ACCEPT, INFO, bytes);
    }

    @Override
    public long lines() {
        return targets.lines();
    }

    @Override
    public void more(Facts facts, LogStep step, @Nullable String profile) {
        if (others != null) {
            others.more(facts, step, profile);
        }
    }

    @Override
    public void failed(Facts facts, String why) {
        if (failures.isFormatted()) { // without any format HAProxy keeps silent
            failures.write(facts, why);
        } else if (others != null) {
            others.failed(facts, why);
        }
    }

    /** An end of the client's connection; of unix sockets the listener's number stands for both. */
    static String text(Peer peer, Facts facts) {
        if (peer.length() == 0) {
            return "unix:" + facts.listenerId;
        }
        try {
            return Endpoints.text(InetAddress.getByAddress(peer.copyOfAddress())) + ":" + peer.port();
        } catch (UnknownHostException e) {
            throw new IllegalStateException("address of " + peer.length() + " bytes", e);
        }
    }

    @Override
    public void log(Facts facts) {
        if (others != null) { // otherwise everything was said when the connection was accepted
            others.log(facts);
        }
    }
}
