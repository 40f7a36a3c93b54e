// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.differential.table;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What haproxy prints about a configuration. */
final class Complaints {
    private static final Pattern MESSAGE =
            Pattern.compile("\\[(ALERT|WARNING)] +\\(\\d+\\) : (?:config : )?(.*)", Pattern.DOTALL);

    private Complaints() {}

    /** One of them, without level, process and the word config. */
    record Complaint(boolean isAlert, String text) {}

    /** All of them but the summaries at the end. */
    static List<Complaint> in(String output) {
        List<Complaint> all = new ArrayList<>();
        for (String part : output.split("(?m)^(?=\\[)|^(?=Warnings were|Configuration file is valid)", -1)) {
            Matcher matcher = MESSAGE.matcher(part);
            if (matcher.matches() && isAboutALine(matcher.group(2))) {
                all.add(new Complaint(
                        matcher.group(1).equals("ALERT"), matcher.group(2).strip()));
            }
        }
        return all;
    }

    private static boolean isAboutALine(String text) {
        return !text.startsWith("Error(s) found") && !text.startsWith("Fatal errors found");
    }
}
