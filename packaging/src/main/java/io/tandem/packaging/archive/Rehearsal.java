// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.archive;

/** A start of the proxy in this JVM, so that the libraries' classes are loaded too. */
final class Rehearsal {
    private Rehearsal() {}

    static void run() {}
}
