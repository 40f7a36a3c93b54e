// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.rules.sample.Text;
import io.tandem.node.socket.HostName;

/** What formats and fetches say about this host and process. */
public final class Host {
    static final byte[] NAME = Text.bytes(HostName.orGiven(null));
    static final long PID = ProcessHandle.current().pid();

    private Host() {}

    /** Its name; not to be changed. */
    public static byte[] name() {
        return NAME;
    }

    public static long pid() {
        return PID;
    }
}
