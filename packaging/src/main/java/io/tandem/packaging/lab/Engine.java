// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

/** What runs on the lab's load balancers. */
public enum Engine {
    /** Tandem: a guardian and a proxy on each node. */
    TANDEM("tandem"),
    /** The programs it replaces, for comparison: they must be installed. */
    HAPROXY_KEEPALIVED("haproxy+keepalived");

    private final String word;

    Engine(String word) {
        this.word = word;
    }

    /** The word of the command line. */
    public String word() {
        return word;
    }
}
