"""How people ask for the Hub's tasks of pictures, sound and video: task → short lines, as in `task_cards`."""

from __future__ import annotations

from types import MappingProxyType

IMAGE = MappingProxyType(
    {
        "image-classification": """
            classify image; what is in the image; image category; identify the animal in a picture
            recognize plant in photo; label photos; classify pictures of food; detect disease in image; x-ray image
            skin; medical scan; recognize object in image; breed of dog; age of a person in an image; identify image
            sort images into categories; is the image safe; nsfw; predict class of image; image recognition
            quality inspection from image; classify animals; image is it; type of product image; emotion of face
            artificial or real picture; beans leaf; satellite image class; galaxy; classify product photos
            recognize animals; image of a plant, which species; detect disease of plant leaf in picture
            medical image diagnosis; image category for shop; moderate images; predict what a picture shows
            determine kind of image; classify artwork; content of image; categorize photos; garbage sorting
            """,
        "zero-shot-image-classification": """
            classify image into custom categories; classify image without training; image with candidate labels; clip
            image matches text; match image with description; unseen class image; image classify given labels
            categorize images as cat or dog; geolocalize picture; location of a photo; country of photo
            recommend images by text; find image by text; image text similarity; categorize image by description
            tag images with any labels; zero shot image; categorize product images; filter images
            categories such as for images; image classification of chinese; classify picture by given text labels
            check if image matches description; choose label for picture from list; tag photos with custom labels
            image classify without labeled data; new categories image; image labels in language; recognize any class
            identify type of image among options
            """,
        "object-detection": """
            detect objects in image; locate objects; find object in photo; bounding box; boxes around
            count cars in image; count people; detect faces; detect vehicles; pedestrian detection
            detect license plate; detect helmet; detect tables in document; table extraction from image
            identify objects in scene; obstacle detection; detect players; detect cells; detect fire; traffic camera
            detect objects for a robot; surveillance detect; inventory shelf; identify items on image
            position of objects; recognize multiple objects; drones detect; blood cells; number plates
            video frames objects; weapons; hard hat; detect people in video camera; count objects
            find vehicles in image; detect items on shelf; detect products; security camera detect; detect logos
            traffic objects; detect signature; detect animals in photo; locate people; object positions
            identify and locate; detect damage; recognize objects in pictures; game objects
            """,
        "zero-shot-object-detection": """
            find any object in image by text; detect objects by description; locate things by name without training
            open vocabulary detection; find my keys in the photo; detect custom objects; look for object in picture
            unseen object detection; text query objects in image
            """,
        "image-segmentation": """
            segment image; image segmentation; pixel of object; semantic segmentation; segment roads; segment clothes
            remove background mask; separate objects in a picture; separate foreground; segment defects; cracks
            buildings in satellite image; tumor; panoptic; label each pixel; regions of an image; lane
            city scene segmentation; segment people; identify regions; outline of objects; vehicles segmentation
            autonomous driving scene; body parts; land use areas; identify and separate objects in image
            find the region of object; segment medical image; segment product from background; clothes regions
            segment satellite; segment defects in image; segment cars; distinguish objects and background
            regions in street scene; segmentation of city; extract objects from background; area of forest
            """,
        "mask-generation": """
            generate masks; segment anything; cut out object; mask for point; mask of every object; cutout
            object mask from click
            """,
        "depth-estimation": """
            depth of image; depth map; estimate distance from camera; depth estimation; how far objects are
            distance of objects in picture; monocular depth; autonomous navigation depth; parking distance
            depth of scene; depth for drones; structure of room; augmented reality; dimensions of a room from photo
            distance between objects; measure distance from image; depth of objects; depth information
            robot navigation depth; how deep; distance from camera to object; depth from single photo
            estimate distances in picture; self-driving distance; perceive depth; camera distance
            """,
        "image-to-text": """
            describe image; caption image; image write description; image to text; text from image
            extract text from image; ocr
            read text in photo; handwriting; handwritten; describe picture for the blind; alt text; image caption
            captions for photos; generate description of image; comic text; sign text; charts and plots to table
            printed text; recognize text in image; describe scene; caption for a picture; caption of photos
            latex formula from image; data from charts; meme text; story from image; captcha; transcribe handwriting
            generate caption; write caption for photo; describe photos for social media; read sign
            digitize handwritten notes; extract text of screenshot; text in picture
            generate text description of product image; convert image to text; describe what is in the picture
            scanned text to editable; extract words from image
            """,
        "image-text-to-text": """
            talk about an image; prompt with image; instruct with picture; explain the image; vision language
            multimodal chat; image and text to text; follow instructions about a picture
            describe image following a prompt; compare two images in words
            """,
        "visual-question-answering": """
            answer question about image; question about a picture; ask the photo; what color is in the picture
            visual question answering; how many in image; questions and image; image based question
            user asks about photo; answer using the picture; is there in the image; product image question
            answer questions from images; ask about images; shown in image; image and question
            content of the image question; answer about picture; ask what is in the photo
            questions about product pictures; answer based on image; assist blind people with questions on photos
            query image; user uploads image and asks question; how many people in the image; quiz about images
            """,
        "document-question-answering": """
            answer question about document; question on invoice; extract total from receipt
            document question answering; scanned document question; find information in pdf
            extract information from form; date of contract; invoice number; read invoice
            information from scanned page; answers from documents; question from pdf; fields of a document
            amount on bill; layout; extract from invoice; receipts; due date; who signed; tax form
            key information from documents; ask a document; document image question; extract answer from document
            read document and answer; question about contract; answer from scanned pages; invoice question
            extract values from invoice; process invoices; find amount in receipt
            get information from documents automatically; form fields; extract details from documents
            analyze document layout; payslip; bank statement; question about a page
            """,
        "visual-document-retrieval": """
            search pages of pdfs; find the page that answers a query; retrieve document images; page retrieval
            search scanned documents
            """,
        "text-to-image": """
            generate image from text; image of; draw a picture of; create picture from description; text to image
            picture of a castle; illustrate; image from prompt; stable diffusion; generate artwork; design logo
            image based on description; poster from text; visualize text; generate an image; create an image
            image for an article; product image from description; anime image from text; book cover; scene from story
            generate pictures that match a description; realistic picture from words; generate image for text
            create illustration for story; picture from words; generate artwork from description
            make image with prompt; create cover; concept art; generate a photo of; render scene from text
            realistic image of; create visual from text; marketing image from description
            """,
        "image-to-image": """
            upscale image; super resolution; enhance picture; convert sketch to image; turn photo into; edit image
            remove object from photo; restore old photo; colorize picture; change style of image; style transfer
            inpaint; image to line drawing; low resolution images; improve image quality; transform image
            modify picture; add to picture; change image; deblur; denoise image; controlnet; canny edge
            pose image control; replace background of image; day to night; generate image from sketch; image to anime
            variations of an image; depth conditioned image; image guided; design from photo; normal map; scribble
            blurry pictures; convert image; enhance image resolution; image restoration; make image look like
            generate new image from image; edge detection image control; remove blur; sketch to picture
            transform photos to style; enhance old photos; higher quality image; improve low quality picture
            change clothes in image; lines of image; convert to black and white
            """,
        "image-text-to-image": """
            edit image with a prompt and a reference; new image from reference image and text
            combine images by instruction
            """,
        "unconditional-image-generation": """
            generate random image; unconditional image; generate faces; random faces; generate celebrity faces
            synthetic face images; images of butterflies; generate new images without prompt; generate cat images
            random anime; generate churches; random pictures; generate bedroom; flowers
            generate realistic human faces; vintage images; pixel art; ddpm; generate similar to the dataset
            imaginary people; new art images; gan; mnist digits; minecraft skins; generate unique images; fictional
            universe; high resolution faces; generate new picture; create unique images for website
            generate human faces; random art; produce images of cats; generate pictures of butterflies
            generate landscape; synthetic images for training; collection of generated images
            create new image without text; generate image of churches; image for a game at random; wallpaper
            """,
        "image-feature-extraction": """
            image to vector; embeddings of images; features of image; find similar images; image similarity
            reverse image search; duplicate photos; cluster pictures; visual features
            """,
        "keypoint-detection": """
            keypoint; pose of a person; human pose; body joints; landmarks on face; hand keypoints; skeleton
            """,
        "keypoint-matching": """
            match points of two images; same points in two photos; keypoint matching; image registration
            stitch photos
            """,
        "image-to-3d": "3d from image; 3d model from a photo; turn picture into 3d; mesh from image; reconstruct 3d",
        "text-to-3d": """
            3d from text; generate a 3d model of; 3d shape from description; 3d object from prompt; 3d asset
            """,
        "any-to-any": "any modality; audio image and text in and out; omni model; multimodal in and out",
    }
)

SOUND_AND_VIDEO = MappingProxyType(
    {
        "automatic-speech-recognition": """
            transcribe audio; speech to text; transcribe recording; convert voice to text; transcribe speech
            transcript of podcast; subtitles for audio; speech recognition; transcribe meeting; transcribe calls
            write down what is said; voice commands to text; recognize speech; audio to text; voice notes to text
            dictation; lecture transcript; captions for video speech; transcribe language audio; transcribe interview
            convert audio into text; convert recording to text; transcription of phone calls; voice message text
            transcribe language speech; convert speech of meeting; convert spoken words to text; text of recording
            recognize words in audio; transcribe voicemail; voice to text; voice typing; transcript with timestamps
            understand voice commands; call center recordings transcribed; podcast transcript; transcribe video
            """,
        "audio-classification": """
            classify audio; classify sound; emotion in voice; emotion of speaker; detect keyword in speech
            spoken language of audio; music genre; identify speaker; verify speaker; gender of speaker; sound event
            age of caller; bird sound; command recognition; keyword spotting; language of recording
            detect emotion in speech; speaker identification; tag sounds; what sound; voice command classify
            emotions in calls; identify language spoken; who speaks; spoken digit; cough; machine sound
            music classification; voice emotion; age and accent of speaker; detect language spoken in recording
            classify emotions in voice; classify voice commands; detect who is speaking; recognize sound
            emotion from audio; analyze emotions of customers in calls; identify instrument; speech command
            sound categories; identify keyword in audio; urban sound; voice authentication
            """,
        "zero-shot-audio-classification": """
            classify sound with custom labels; audio with candidate labels; sound without training; zero shot audio
            """,
        "audio-to-audio": """
            remove noise from audio; enhance speech; separate voices; separate speakers; source separation
            denoise recording; clean audio; voice conversion; isolate vocals; separate music and vocals
            improve audio quality; speech enhancement; background noise; speech to speech translation
            translate speech to speech; translate spoken language to audio; translate audio keep voice; change voice
            mixed speakers separate; noisy recording; podcast noise; two speakers overlap separate
            audio translated to audio; clarity of call; hokkien; clean up recording; improve speech quality
            noise reduction; separate audio sources; enhance recording; remove background noise from speech
            convert voice to another; speech translation language to language audio
            translate spoken audio into spoken language; separate speakers in recording; audio file enhancement
            translate voice to voice; speech to speech; improve voice call; split recording into speakers
            extract vocals
            """,
        "text-to-speech": """
            text to speech; read text aloud; convert text to audio; convert text to voice; audiobook
            voice assistant speaks; generate speech from text; synthesize voice; narrator; audio from text
            spoken text; voice over; announcement; text into speech; read article aloud; voice for text
            speech synthesis; text to spoken; generate voice; female voice; male voice; voice reply; pronounce
            read news; audio message from text; convert sentences to speech; speaking app; audio version of text
            voice guidance; read text in language voice; convert language text to speech; language voice; speak out
            voice response; text read to blind; convert book to audio; read sentences aloud; voice announcements
            audio lesson; narrate story; say the text; speech for assistant; generate audio of text; voice for video
            """,
        "text-to-audio": """
            music from text; generate music; generate a sound effect; compose a song; soundtrack; text to music
            make a melody; sound from description; background music; jingle; beat; sound of rain
            """,
        "voice-activity-detection": """
            detect when someone speaks; voice activity detection; speech segments in audio; detect silence
            speaker diarization; who speaks when; overlapped speech; speaking or not; presence of speech
            when people talk; speech and non-speech; start and end of speech; remove silence; speaker change
            parts with voice; detect voice in recording; count speakers; talk at the same time; segment audio; diarize
            active speech; detect speech in audio; find parts with speech; speech or silence
            when does someone speak in recording; detect speaker turns; timestamps of speech
            people speaking in meeting; detect overlapped voices; identify speech segments; speech presence
            separate speech from silence; call recordings who speaks when
            """,
        "audio-text-to-text": """
            question about audio; ask about a recording; audio and prompt to text; talk about a sound; chat with audio
            """,
        "video-classification": """
            classify video; action in video; recognize activity in video; video category; sport in video
            what happens in video; identify action; activities in footage; video surveillance activity; gesture video
            categorize videos; exercise recognition; video content; type of video; action recognition; sort videos
            security video activity; tag videos; recommendation of videos; video classify; anomaly in video
            recognize action in video; analyze sports video; classify clips; identify actions in footage
            categorize video content; detect activity from camera video; video scene category
            understand video content; suggest videos by content; recognize human activities; what sport in video
            classify videos automatically
            """,
        "video-text-to-text": """
            question about video; describe video; summarize video; caption video; ask a video
            explain what happens in a video; video and prompt
            """,
        "text-to-video": """
            generate video from text; video from script; text to video; create a short video; make video of
            animation from text; video from description; create video clip; video ad from text; video of a scene
            generate video; produce video; educational video from text; video for script; make video from story
            generate clip; generate animation of text; video for ad; create video with text; turn script into video
            short film from text; video from a sentence; visualize story as video; video for social media from text
            synthesize video
            """,
        "image-to-video": """
            animate image; picture to video; make photo move; video from image; bring photo to life; moving picture
            """,
        "image-text-to-video": """
            animate image following a prompt; video from image and text; reference image animated as text says
            """,
        "video-to-video": """
            change style of video; edit video; upscale video; transform video; video to anime; restore video
            interpolate frames
            """,
    }
)
