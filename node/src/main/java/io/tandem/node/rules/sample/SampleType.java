// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** The types of samples (HAProxy manual 7.3). */
public enum SampleType {
    BOOLEAN("bool"),
    INTEGER("sint"),
    IPV4("ipv4"),
    IPV6("ipv6"),
    STRING("str"),
    BINARY("bin"),
    METHOD("meth"),
    /** IPV4 or IPV6; only in declarations. */
    ADDRESS("addr"),
    /** Whatever it is; only in declarations. */
    ANY("any");

    private final String spoken;

    SampleType(String spoken) {
        this.spoken = spoken;
    }

    /** What HAProxy calls it. */
    public String spoken() {
        return spoken;
    }
}
