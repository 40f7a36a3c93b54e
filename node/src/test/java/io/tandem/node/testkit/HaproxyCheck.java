// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What {@code haproxy -c} says about a configuration. */
public final class HaproxyCheck {
    private static final Pattern MESSAGE =
            Pattern.compile("\\[(ALERT|WARNING)] +\\(\\d+\\) : (?:config : )?(.*)", Pattern.DOTALL);

    /** Where a message begins, and what stands between them. */
    private static final Pattern BORDER =
            Pattern.compile("(?m)^(?=\\[)|^(?=Warnings were|Configuration file |free\\(\\))|^Proxy .*$");

    private HaproxyCheck() {}

    /** @param severity ALERT or WARNING */
    public record Message(String severity, String text) {
        public boolean isAlert() {
            return severity.equals("ALERT");
        }
    }

    /**
     * The messages in their order, without those that only sum up.
     *
     * @param directory where the text is written to {@code t.cfg}, the name that the messages show
     */
    public static List<Message> of(Path directory, String text) throws IOException, InterruptedException {
        return in(run(directory, text).output());
    }

    /** As {@link #of}, with all that was written and the exit status. */
    public static Program.Ended run(Path directory, String text) throws IOException, InterruptedException {
        Files.writeString(directory.resolve("t.cfg"), text, StandardCharsets.ISO_8859_1);
        return Program.of("haproxy", "-c", "-f", "t.cfg").in(directory).run();
    }

    /** The messages in what haproxy wrote, without those that only sum up. */
    public static List<Message> in(String output) {
        List<Message> messages = new ArrayList<>();
        for (String part : BORDER.split(output, -1)) {
            Matcher matcher = MESSAGE.matcher(part);
            if (matcher.matches()) {
                Message message = new Message(matcher.group(1), matcher.group(2).strip());
                if (!isSummary(message.text)) {
                    messages.add(message);
                }
            }
        }
        return messages;
    }

    /** Whether a message only says that there were others. */
    public static boolean isSummary(String message) {
        return message.startsWith("Error(s) found") || message.startsWith("Fatal errors found");
    }
}
