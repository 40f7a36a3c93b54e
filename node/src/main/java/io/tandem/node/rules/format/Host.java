// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.rules.format;

import io.tandem.node.rules.sample.Text;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** What formats say about this host and process. */
final class Host {
    static final byte[] NAME = name();
    static final long PID = ProcessHandle.current().pid();

    private Host() {}

    private static byte[] name() {
        try {
            return Text.bytes(InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException e) {
            return Text.bytes("localhost");
        }
    }
}
