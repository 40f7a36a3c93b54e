// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.rules.sample.Text;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** What formats and fetches say about this host and process. */
public final class Host {
    static final byte[] NAME = resolved();
    static final long PID = ProcessHandle.current().pid();

    private Host() {}

    /** Its name; not to be changed. */
    public static byte[] name() {
        return NAME;
    }

    public static long pid() {
        return PID;
    }

    private static byte[] resolved() {
        try {
            return Text.bytes(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            return Text.bytes("localhost");
        }
    }
}
