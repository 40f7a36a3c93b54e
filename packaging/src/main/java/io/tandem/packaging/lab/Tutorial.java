// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

import java.io.IOException;
import java.util.List;

/** The configuration of the haproxy tutorial that Tandem's users know, word for word but for the servers' addresses. */
final class Tutorial {
    /** The names its certificate is for. */
    static final List<String> NAMES = List.of("haproxy.serverless.my.id", "serverless.my.id", "*.serverless.my.id");

    private static final List<String> ORIGINAL_SERVERS = List.of("172.31.14.51", "172.31.1.31", "172.31.5.178");

    private Tutorial() {}

    static String haproxyCfg(Topology topology) throws IOException {
        String text = Resources.text("tutorial.cfg");
        for (int i = 0; i < ORIGINAL_SERVERS.size(); i++) {
            text = text.replace(
                    ORIGINAL_SERVERS.get(i), topology.servers().get(i).ip());
        }
        return text;
    }
}
