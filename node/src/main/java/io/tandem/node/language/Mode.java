// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

/** What a proxy understands of the bytes it carries. */
public enum Mode {
    TCP,
    HTTP
}
