// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.keepalived;

import io.tandem.config.text.Origin;

/** A line of text and where it came from, before it is cut into words. */
record Text(String text, Origin origin) {
    Text with(String newText) {
        return new Text(newText, origin);
    }
}
