// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.sample;

/** The types of samples (HAProxy manual 7.3). */
public enum SampleType {
    BOOLEAN,
    INTEGER,
    IPV4,
    IPV6,
    STRING,
    BINARY,
    METHOD,
    /** IPV4 or IPV6; only in declarations. */
    ADDRESS,
    /** Whatever it is; only in declarations. */
    ANY
}
