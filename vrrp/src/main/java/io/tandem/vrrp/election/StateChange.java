// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.election;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A transition and why it happened.
 *
 * @param peer the router whose message or silence caused it, or null
 * @param cause what failed, for {@link Reason#FAULT}, such as {@code link-down}, or null
 */
public record StateChange(State from, State to, Reason reason, @Nullable InetAddress peer, @Nullable String cause) {

    /** The facts of the log line: {@code from=BACKUP to=ACTIVE reason=down-interval-expired}. */
    public String facts() {
        StringBuilder text = new StringBuilder(96);
        text.append("from=")
                .append(from)
                .append(" to=")
                .append(to)
                .append(" reason=")
                .append(reason);
        if (peer != null) {
            text.append(" peer=").append(peer.getHostAddress());
        }
        if (cause != null) {
            text.append(" cause=").append(cause);
        }
        return text.toString();
    }
}
