import Claims

/// How the report is to be read: the same words in every report.
enum ReportMethod {
    static var markup: Markup {
        [
            group(
                "How it was found",
                "Scenes of the same ground are laid upon each other to a fraction of a pixel, their brightness is matched where nothing changed, and what is left is weighed against the noise of that very place. Thin lines are searched for as lines, over their whole length, so that a trench shows even where no single pixel of it stands out; positions are searched for as compact spots.",
                "Where a tile has three dates or more, all of them are searched together, and a thing must be there on later dates too before it counts as confirmed."
            ),
            group(
                "What images of 10 m can and cannot show",
                "A trench with its spoil is a line one or two pixels wide, seen by its length. Single positions of less than about 30 m are often missed. Depth, height, purpose, builder, crew and weapons are not in these images at all. A road, a pipeline or a ditch for cables is a new line as well: what a line is for is a judgement that the images do not make.",
                "The sun matters: shadows are short in July and long in January, so that a trench is fainter in summer. Not seen in July is not the same as not there."
            ),
            group(
                "Not found is not the same as not there",
                "No change identified means: nothing of the kinds sought stood out from the noise, on the dates and in the area that were observed. Where a claim is about something that was not found, it counts as contradicted only if an earthwork of the claimed size would have been found with a power of at least 0.9; power is measured by placing such earthworks into the run's own scenes and counting how many are found again. Without that measurement the verdict stays inconclusive."
            ),
            group(
                "What confidence means",
                "Confidence is one minus the chance that noise alone makes such an object. It is measured on the scenes themselves, where no change is possible, and is no opinion. The false alarms per 1000 km² say the same for an area: how many objects this strong imagery without change gives. Neither says what an object is."
            ),
            group(
                "How dates are to be read",
                "An onset is an interval. The work began to be visible after the last date on which it would have been seen and was not, and no later than the first date on which it was seen. The digging itself may have begun earlier, as long as it was too small to be seen. A thing that is there on the first date has no beginning in these images.",
                "Confirmed: seen on two or more dates. Provisional: seen on the newest date only. Transient: seen, and gone again."
            ),
            element(
                "div", ["class": "method"],
                element("h3", [:], "Words for likelihood"),
                element(
                    "p", [:],
                    "Reasons use the words of Intelligence Community Directive 203, and never put likelihood and confidence into one sentence."
                ),
                ReportRecords.table(
                    "Words and the probabilities they stand for.", ["Words", "Probability"],
                    [
                        ["almost no chance", "below 5 %"], ["very unlikely", "5 to 20 %"], ["unlikely", "20 to 45 %"],
                        ["roughly even chance", "45 to 55 %"], ["likely", "55 to 80 %"], ["very likely", "80 to 95 %"],
                        ["almost certain", "above 95 %"],
                    ])),
            element(
                "div", ["class": "method"],
                element("h3", [:], "The four verdicts"),
                element(
                    "dl", ["class": "verdicts"],
                    verdict(.supported, "The measured interval lies within what the claim says."),
                    verdict(
                        .contradicted,
                        "The interval lies outside it; and where that rests on something not found, it would have been found."),
                    verdict(.inconclusive, "Neither: too little was observed, or the interval lies partly within."),
                    verdict(
                        .notTestable,
                        "About intent, actors or numbers of people, smaller than a pixel, or about a place that no scene shows."))),
        ]
    }

    private static func group(_ title: String, _ paragraphs: String...) -> Markup {
        element("div", ["class": "method"], element("h3", [:], Markup(title)), Markup(paragraphs.map { element("p", [:], Markup($0)) }))
    }

    private static func verdict(_ verdict: Verdict, _ meaning: String) -> Markup {
        element("div", [:], element("dt", [:], ReportVerdict.badge(verdict)), element("dd", [:], Markup(meaning)))
    }
}
