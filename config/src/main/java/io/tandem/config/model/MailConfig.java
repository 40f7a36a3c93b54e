// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import java.time.Duration;
import java.util.List;

/**
 * Where mails about transitions go.
 *
 * @param server address or name of the SMTP server
 * @param port 1..65535
 * @param helo the name this host introduces itself by
 * @param timeout for the connection and for each answer
 * @param from the sender's address
 * @param to the recipients' addresses, at least one
 * @param faults whether transitions to FAULT are worth a mail
 */
public record MailConfig(
        String server, int port, String helo, Duration timeout, String from, List<String> to, boolean faults) {
    public MailConfig {
        to = List.copyOf(to);
    }
}
