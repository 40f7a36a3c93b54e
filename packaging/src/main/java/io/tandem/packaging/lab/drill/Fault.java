// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a drill does to the active node. */
public enum Fault {
    /** SIGKILL of guardian and proxy. */
    CRASH("crash"),
    /** SIGTERM, an orderly stop. */
    STOP("stop"),
    /** SIGTERM, and started again at once, as an upgrade of the package does. */
    UPGRADE("upgrade"),
    /** An operator's word to give the addresses away. */
    DRAIN("drain"),
    /** The node's cable is pulled: no carrier. */
    LINK("link"),
    /** The switch forgets the node's port: the carrier stays up. */
    PARTITION("partition"),
    /** SIGSTOP of guardian and proxy. */
    FREEZE("freeze"),
    /** SIGKILL of the proxy alone. */
    PROXY_CRASH("proxy-crash"),
    /** SIGSTOP of the proxy alone. */
    PROXY_HANG("proxy-hang");

    private final String word;

    Fault(String word) {
        this.word = word;
    }

    /** The word of the command line and the report. */
    public String word() {
        return word;
    }

    /** The fault of that word. */
    public static Optional<Fault> of(String word) {
        return Arrays.stream(values()).filter(fault -> fault.word.equals(word)).findFirst();
    }

    /** All words, for messages: {@code crash|stop|…}. */
    public static String words() {
        return Arrays.stream(values()).map(Fault::word).collect(Collectors.joining("|"));
    }
}
