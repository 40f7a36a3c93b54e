// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.loop.Loops;
import io.tandem.node.setup.NodeRuntime;
import java.io.IOException;

/** Ties the data plane's listeners to the life of the process. */
final class DataPlane {
    private DataPlane() {}

    static ListenerOpener opener(NodeRuntime node, Loops loops) {
        return (frontend, bind, adopted) -> {
            throw new IOException("listeners are not supported by this version of tandem ["
                    + bind.address().written() + "]");
        };
    }
}
