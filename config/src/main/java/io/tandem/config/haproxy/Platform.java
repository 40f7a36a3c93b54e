// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.haproxy;

/** What a condition may ask about the program that reads the configuration (manual 2.4). */
public interface Platform {
    /** The version of HAProxy whose language is spoken, such as {@code 2.6.12}. */
    String version();

    /** Whether {@code -vv} lists the feature with a plus sign. */
    boolean hasFeature(String name);

    /** Whether a run-time option ({@code POLL}, {@code EPOLL}, {@code SPLICE}, …) is in use. */
    boolean isEnabled(String option);

    /** The TLS library's name and version, such as {@code OpenSSL 3.0.2}. */
    String sslLibrary();

    /** The version number whose features the TLS library offers, in OpenSSL's numbering, such as {@code 1.1.1}. */
    String opensslVersion();
}
