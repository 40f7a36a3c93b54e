// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.vrrp.track;

/** Sends a mail to those that the configuration names. Never blocks. */
public interface MailSender {
    /** Sends none. */
    MailSender NONE = (subject, text) -> {};

    /**
     * Takes a mail to be sent.
     *
     * @param subject without the router's name
     * @param text one line
     */
    void send(String subject, String text);
}
