// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab;

/** What the lab's web servers are. */
public enum Servers {
    /** The lab's own, in its own process. */
    EMBEDDED,
    /** The machine's nginx, one on each web host. */
    NGINX
}
