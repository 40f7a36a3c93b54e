// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.language;

import io.tandem.config.text.Problems;

/**
 * What a load carries along: the problems found, the registry, the drafts of all sections.
 *
 * @param problems collects what was found
 * @param keywords the registry, for keywords whose arguments are keywords of another family
 * @param drafts what has been drafted so far; references between proxies are resolved after the last line
 * @param options what the command line and the environment say about it
 */
public record LoadContext(Problems problems, Keywords keywords, Drafts drafts, LoadOptions options) {
    public LoadContext(Problems problems, Keywords keywords, Drafts drafts) {
        this(problems, keywords, drafts, LoadOptions.plain(drafts.environment()));
    }
}
