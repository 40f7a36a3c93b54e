// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend;

/** A client's connection in whichever version of HTTP. Calls come on its loop. */
public interface ClientConnection {
    /** The process stops: an idle connection ends, the others after their present requests. */
    void onSoftStop();
}
