// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.model.MailConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What {@code global_defs} says of mails. */
final class MailDraft {
    static final int SMTP = 25;

    @Nullable String server;

    int port = SMTP;

    @Nullable String helo;

    @Nullable String from;

    final List<String> to = new ArrayList<>();
    Duration timeout = Duration.ofSeconds(30);
    boolean faults = true;

    @Nullable Boolean all;

    @Nullable Boolean vrrp;

    /** keepalived sends nothing where one of these is missing, and says nothing. */
    boolean isComplete() {
        return server != null && !to.isEmpty();
    }

    /** Whether blocks that say nothing of mails send them. */
    boolean byDefault() {
        return vrrp != null ? vrrp : all != null && all;
    }

    @Nullable MailConfig config(String hostName) {
        if (server == null || to.isEmpty()) {
            return null;
        }
        return new MailConfig(
                server,
                port,
                helo == null ? hostName : helo,
                timeout,
                from == null ? "keepalived@" + hostName : from,
                to,
                faults);
    }
}
