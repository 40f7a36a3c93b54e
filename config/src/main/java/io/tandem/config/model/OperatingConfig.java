// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the guardian does around its virtual routers.
 *
 * @param witness asked who is cut off when no peer is heard, or null
 * @param onActive run when a router has become Active here, or null
 * @param onAlarm run when an alarm begins and when it is over, or null
 * @param health what of the proxy moves the priorities, or null
 */
public record OperatingConfig(
        @Nullable Witness witness, @Nullable Hook onActive, @Nullable Hook onAlarm, @Nullable ProxyHealth health) {
    public static final OperatingConfig NONE = new OperatingConfig(null, null, null, null);

    /**
     * A third address that both nodes reach while they are in the network.
     *
     * @param port asked by a TCP connection, or 0 to ping
     * @param interval between two questions, also the time an answer may take
     * @param fall unanswered questions until it counts as unreachable, at least 1
     */
    public record Witness(InetAddress address, int port, Duration interval, int fall) {}

    /**
     * Backends without which this node is worth less.
     *
     * @param backends by name; one without a usable server is enough
     * @param weight taken off every virtual router's priority meanwhile, 1..253
     */
    public record ProxyHealth(List<String> backends, int weight) {
        public ProxyHealth {
            backends = List.copyOf(backends);
        }
    }

    /**
     * A command or an HTTP call; one of the two.
     *
     * @param command the words of a command line; empty for a call
     * @param url called by POST, or null for a command
     * @param headers of the call, {@code name: value}; may hold secrets and are never logged
     * @param timeout of one attempt
     * @param retries attempts after the first that failed
     * @param user runs the command, or null for this program's own
     */
    public record Hook(
            List<String> command,
            @Nullable URI url,
            List<String> headers,
            Duration timeout,
            int retries,
            @Nullable String user) {
        public Hook {
            command = List.copyOf(command);
            headers = List.copyOf(headers);
        }

        /** Without arguments and headers: either may hold a secret. */
        @Override
        public String toString() {
            URI target = url;
            return target == null ? command.get(0) : target.getScheme() + "://" + target.getAuthority();
        }
    }
}
