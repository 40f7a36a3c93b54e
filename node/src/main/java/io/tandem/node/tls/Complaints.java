// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.tls;

/** Where mistakes in the TLS of a line are told: to who checks a configuration, or to who gave a command. */
public interface Complaints {
    /** Something that leaves it without TLS. */
    void alert(String text);

    /** Something that works otherwise than it reads. */
    void warn(String text);
}
